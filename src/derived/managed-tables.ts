import { id, label } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { isPlatformSchema } from '../core/managed.ts'
import tableNames from '../probes/table-names.ts'
import { byText } from './_names.ts'

export default defineDerived({
  name: 'managed-tables',
  title: 'Tables of the platform and of extensions',
  doc: 'Tables that the platform or an extension made for itself. They count in sizes and growth and have their metrics; findings about single tables, advice and maintenance leave them out, since nobody but their maker may change them.',
  rows: 'many',
  from: { names: tableNames },
  columns: {
    oid: id('Oid of the table'),
    schema: label('Schema'),
    table: label('Table'),
    by: label('extension, or the name of the platform'),
  },
  compute: ({ names }, { server: { platform } }) =>
    names
      .flatMap(({ oid, schema, name, extension }) => {
        const by = extension ? 'extension' : isPlatformSchema(schema, platform) ? platform : undefined
        return by === undefined ? [] : [{ oid, schema, table: name, by }]
      })
      .sort(
        byText(
          (t) => t.schema,
          (t) => t.table,
        ),
      ),
})
