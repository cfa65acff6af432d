import { formatCount } from '../../core/format.ts'
import { defineLintRule } from '../lint-rule.ts'

/** Rows of one answer, above which nobody reads them all: as the advice speed-up-slow-query has it. */
const MANY_ROWS = 1000

export default defineLintRule({
  name: 'no-limit',
  title: 'Many rows without LIMIT',
  severity: 'warning',
  doc: 'The statement has been seen to return many rows at a time. They are all held in memory by most drivers, and the number grows with the table. Only said where the rows have been counted.',
  example: {
    before: 'SELECT id FROM events ORDER BY id',
    after: 'SELECT id FROM events WHERE id > $1 ORDER BY id LIMIT 100',
  },
  *check({ root, parsed }, { rowsPerCall = 0 }) {
    if (parsed.kind !== 'select' || root.limit || rowsPerCall <= MANY_ROWS) return
    yield {
      location: root.outputs[0]?.location ?? root.location,
      message: `One execution returns ${formatCount(rowsPerCall)} rows and there is no LIMIT`,
      advice:
        'Read in pages by the last key (WHERE id > $1 ORDER BY id LIMIT 100), or by a cursor if all are needed',
    }
  },
})
