import { detail, gauge, label, time } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { fail } from '../core/outcome.ts'

export default defineDerived({
  name: 'measured-bloat',
  title: 'Measured bloat',
  doc: 'Tables and indexes that pgstattuple was asked to measure, newest measurement each, from pgtend’s own records. Absent where none are kept.',
  rows: 'many',
  from: {},
  columns: {
    schema: label('Schema'),
    relation: label('Table or index'),
    kind: detail('table or index'),
    table: detail('The table; that of the index'),
    size: gauge('bytes', 'Its size then'),
    bloat: gauge(
      'bytes',
      'Of that, what held nothing alive; in an index what its fill factor would not have left free',
    ),
    ratio: gauge('ratio', 'The same out of the size'),
    at: time('When it was measured'),
  },
  compute(_, { measured }) {
    if (!measured) return fail('unsupported', 'measurements are kept where there is a history')
    return measured.map(({ schema, table, index, size, bloat, at }) => ({
      ...{ schema, relation: index ?? table, kind: index === null ? 'table' : 'index', table },
      ...{ size, bloat: size * bloat, ratio: bloat, at },
    }))
  },
})
