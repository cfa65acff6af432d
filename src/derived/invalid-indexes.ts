import { detail, gauge, id, label, optional } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { maybe } from '../core/given.ts'
import { quoteIdentifier } from '../core/identifier.ts'
import { fail } from '../core/outcome.ts'
import indexDefinitions from '../probes/index-definitions.ts'
import indexes from '../probes/indexes.ts'
import tableNames from '../probes/table-names.ts'
import { blockSize } from './_blocks.ts'
import { countersByOid } from './_index-rows.ts'
import { namesByOid } from './_names.ts'

/** How long a name may be, in bytes: a longer one was cut before _ccnew was put behind it. */
const NAME_LENGTH = 63

/** How REINDEX CONCURRENTLY names what it builds (`ccnew`) and what it is about to drop (`ccold`). */
const LEFTOVER = /^(.+)_cc(new|old)\d*$/

export default defineDerived({
  name: 'invalid-indexes',
  title: 'Invalid indexes',
  doc: 'Indexes that no query may use, most often left behind by a CREATE INDEX or REINDEX CONCURRENTLY that failed. Those being built now are not listed.',
  rows: 'many',
  from: { definitions: indexDefinitions, names: tableNames, indexes: maybe(indexes) },
  columns: {
    oid: id('Oid of the index'),
    schema: label('Schema'),
    table: label('Table'),
    index: label('Index'),
    size: gauge('bytes', 'Size by its pages'),
    leftover_of: optional(detail('The index that REINDEX CONCURRENTLY was to rebuild')),
    kept_because: optional(detail('Why it can not simply be dropped')),
  },
  compute({ definitions, names, indexes = [] }, { server }) {
    // The index of a partitioned parent is invalid until all parts have one: nothing is left behind there.
    const invalid = definitions.filter((d) => !(d.valid || d.being_built || d.partitioned))
    if (invalid.length === 0) return []
    if (invalid.some((d) => d.being_built === null))
      return fail(
        'denied',
        'other roles are building indexes, and which ones is hidden',
        `GRANT pg_monitor TO ${quoteIdentifier(server.user)};`,
      )
    const named = namesByOid(names)
    const { get: counted } = countersByOid(indexes)
    const valid = Map.groupBy(
      definitions.filter((d) => d.valid),
      (d) => d.table_oid,
    )
    /** Whether the index that was to be rebuilt is there and usable. */
    const stands = (name: string, table: number): boolean =>
      (valid.get(table) ?? []).some((d) => {
        return d.name === name || (Buffer.byteLength(d.name) === NAME_LENGTH && d.name.startsWith(name))
      })
    return invalid
      .flatMap((d) => {
        const table = named.get(d.table_oid)
        if (!table) return []
        const [, of = null, end] = LEFTOVER.exec(d.name) ?? []
        // The old one may only go once the new one has its name and can be used.
        const needed = end === 'old' && of !== null && !stands(of, d.table_oid)
        return [
          {
            oid: d.oid,
            schema: table.schema,
            table: table.name,
            index: d.name,
            size: (counted(d.oid)?.pages ?? 0) * blockSize(server),
            leftover_of: of,
            kept_because: d.constraint
              ? `it stands for the constraint ${d.name}`
              : needed
                ? `${of}, which was to take its place, is not valid`
                : null,
          },
        ]
      })
      .sort((a, b) => a.oid - b.oid)
  },
})
