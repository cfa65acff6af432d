import { selectOf } from '../parse.ts'
import { defineRewrite } from '../rewrite-rule.ts'

const MANY_ROWS = 1000
const PAGE = 100

export default defineRewrite({
  name: 'add-limit',
  title: 'LIMIT added',
  doc: 'Asks for a page in place of all rows. Only where many rows have been counted.',
  *rewrite({ root, parsed }, { rowsPerCall = 0 }) {
    const select = root.select
    if (!select || root.limit || root.offset || root.locking || rowsPerCall <= MANY_ROWS) return
    const { limitCount, limitOption } = selectOf(`SELECT 1 LIMIT ${PAGE}`)
    const end = parsed.source.bytes
    yield {
      location: root.outputs[0]?.location ?? 0,
      tree: {
        SelectStmt: { ...select, ...(limitCount && { limitCount }), ...(limitOption && { limitOption }) },
      },
      edits: [{ from: end, to: end, text: `\nLIMIT ${PAGE}` }],
      same: false,
      because: `Only the first ${PAGE} rows come${root.orderBy.length > 0 ? '' : ', and without ORDER BY any'}: read on by the last key`,
    }
  },
})
