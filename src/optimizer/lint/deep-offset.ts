import { formatCount } from '../../core/format.ts'
import { defineLintRule } from '../lint-rule.ts'

/** Rows that are read to be thrown away, above which a page is deep. */
const DEEP = 1000

export default defineLintRule({
  name: 'deep-offset',
  title: 'Deep OFFSET',
  severity: 'warning',
  doc: 'All rows before the page are read, sorted and thrown away, so each page is slower than the one before; and rows that come or go meanwhile are shown twice or never. Go on from the last key instead.',
  example: {
    before: 'ORDER BY id LIMIT 50 OFFSET 100000',
    after: 'WHERE id > $1 ORDER BY id LIMIT 50',
  },
  *check({ scopes }) {
    for (const { offset } of scopes) {
      if (offset?.value !== undefined && offset.value >= DEEP)
        yield {
          location: offset.location,
          message: `${formatCount(offset.value)} rows are read and thrown away for each page`,
        }
      else if (offset?.parameter !== undefined)
        yield {
          location: offset.location,
          message: `OFFSET $${offset.parameter}: all rows before the page are read and thrown away, more with each page`,
        }
    }
  },
})
