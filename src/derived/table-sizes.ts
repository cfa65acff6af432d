import { gauge, label } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import relationSizes from '../probes/relation-sizes.ts'
import tableNames from '../probes/table-names.ts'
import { namesByOid } from './_names.ts'

export default defineDerived({
  name: 'table-sizes',
  title: 'Largest tables',
  doc: 'Exact sizes of the largest tables, split into the table itself, its indexes and its TOAST (large values kept apart).',
  rows: 'many',
  from: { sizes: relationSizes, names: tableNames },
  columns: {
    schema: label('Schema'),
    table: label('Table'),
    heap: gauge('bytes', 'The table itself'),
    indexes: gauge('bytes', 'All its indexes'),
    toast: gauge('bytes', 'Its TOAST table and the index of that'),
    total: gauge('bytes', 'All together'),
  },
  history: ['total'],
  compute({ sizes, names }) {
    const named = namesByOid(names)
    return sizes
      .flatMap((s) => {
        const name = named.get(s.oid)
        if (!name) return []
        const { heap, indexes, toast, total } = s
        return [{ schema: name.schema, table: name.name, heap, indexes, toast, total }]
      })
      .sort((a, b) => b.total - a.total)
  },
})
