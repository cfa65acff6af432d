import { detail, flag, gauge, id, label, list, optional } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { maybe } from '../core/given.ts'
import { quoteIdentifier } from '../core/identifier.ts'
import { fail } from '../core/outcome.ts'
import indexDefinitions from '../probes/index-definitions.ts'
import indexes from '../probes/indexes.ts'
import partitions from '../probes/partitions.ts'
import tableNames from '../probes/table-names.ts'
import { blockSize } from './_blocks.ts'
import { partsOf } from './_index-parts.ts'
import { countersByOid, definitionsByOid, type IndexDefinition } from './_index-rows.ts'
import { namesByOid } from './_names.ts'
import { partitionTree } from './_partitions.ts'

/** How long a name may be, in bytes: a longer one was cut before _ccnew was put behind it. */
const NAME_LENGTH = 63

/** How REINDEX CONCURRENTLY names what it builds (`ccnew`) and what it is about to drop (`ccold`). */
const LEFTOVER = /^(.+)_cc(new|old)\d*$/

export default defineDerived({
  name: 'invalid-indexes',
  title: 'Invalid indexes',
  doc: 'Indexes that no query may use, most often left behind by a CREATE INDEX or REINDEX CONCURRENTLY that failed. Those being built now are not listed. The index of a partitioned table is invalid until each partition has a valid part of it; it is told with what it lacks.',
  rows: 'many',
  from: { definitions: indexDefinitions, names: tableNames, partitions, indexes: maybe(indexes) },
  columns: {
    oid: id('Oid of the index'),
    schema: label('Schema of the index: pg_toast, or that of its table'),
    table_schema: detail('Schema of its table'),
    table: label('Its table, or the one that its TOAST table belongs to'),
    index: label('Index'),
    toast: flag('It is on the TOAST table of that table'),
    size: gauge('bytes', 'Size by its pages; 0 where it is on a TOAST table, whose indexes are not measured'),
    leftover_of: optional(detail('The index that REINDEX CONCURRENTLY was to rebuild')),
    kept_because: optional(detail('Why it can not simply be dropped')),
    partitioned: flag('It is the index of a partitioned table'),
    lacking: list<string>(
      'Of the index of a partitioned table: the partitions without a valid part of it, as schema.table',
    ),
    part_of: optional(detail('The index of the partitioned table that it is attached to')),
    attach: optional(
      detail(
        'What makes the index of the partitioned table valid, once this part is built anew or all parts are there',
      ),
    ),
  },
  compute({ definitions, names, partitions, indexes = [] }, { server }) {
    // Of partitioned indexes above each other the uppermost tells what is missing below.
    const invalid = definitions.filter(
      (d) => !(d.valid || (d.partitioned ? d.partition : d.being_built === true)),
    )
    if (invalid.length === 0) return []
    if (invalid.some((d) => d.being_built === null && !d.partitioned))
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
    const catalog = {
      ...{ tree: partitionTree(partitions), names: named },
      definitions: definitionsByOid(definitions),
    }
    /** Whether the index that was to be rebuilt is there and usable. Of a TOAST table only invalid ones are read. */
    const stands = (name: string, { table_oid }: IndexDefinition): boolean =>
      named.get(table_oid) === undefined
        ? !invalid.some((d) => d.table_oid === table_oid && d.name === name)
        : (valid.get(table_oid) ?? []).some((d) => {
            return d.name === name || (Buffer.byteLength(d.name) === NAME_LENGTH && d.name.startsWith(name))
          })
    return invalid
      .flatMap((d) => {
        const own = named.get(d.table_oid)
        const table = own ?? names.find((n) => n.toast_oid === d.table_oid)
        if (!table) return []
        const [, of = null, end] = LEFTOVER.exec(d.name) ?? []
        // The old one may only go once the new one has its name and can be used.
        const needed = end === 'old' && of !== null && !stands(of, d)
        return [
          {
            oid: d.oid,
            schema: own ? table.schema : 'pg_toast',
            table_schema: table.schema,
            table: table.name,
            index: d.name,
            toast: own === undefined,
            size: (counted(d.oid)?.pages ?? 0) * blockSize(server),
            leftover_of: of,
            kept_because: d.constraint
              ? `it stands for the constraint ${d.name}`
              : needed
                ? `${of}, which was to take its place, is not valid`
                : null,
            partitioned: d.partitioned,
            ...partsOf(d, catalog),
          },
        ]
      })
      .sort((a, b) => a.oid - b.oid)
  },
})
