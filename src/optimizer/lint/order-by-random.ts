import { defineLintRule } from '../lint-rule.ts'
import { as, lastName } from '../syntax.ts'

const RANDOM = new Set(['random', 'gen_random_uuid', 'uuid_generate_v4'])

export default defineLintRule({
  name: 'order-by-random',
  title: 'ORDER BY random()',
  severity: 'warning',
  doc: 'Every row is read and sorted to pick a few.',
  example: {
    before: 'SELECT * FROM t ORDER BY random() LIMIT 10',
    after:
      'SELECT * FROM t TABLESAMPLE SYSTEM_ROWS(10) (extension tsm_system_rows), or WHERE id >= a random id ORDER BY id LIMIT 10',
  },
  *check({ scopes }) {
    for (const scope of scopes)
      for (const item of scope.orderBy) {
        const call = as(item.node, 'FuncCall')
        if (call && RANDOM.has(lastName(call.funcname)))
          yield { location: item.location, message: 'All rows are read and sorted to pick some by chance' }
      }
  },
})
