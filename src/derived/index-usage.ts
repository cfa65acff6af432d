import { detail, flag, gauge, id, label, optional, time } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { maybe } from '../core/given.ts'
import foreignKeys from '../probes/foreign-keys.ts'
import indexDefinitions from '../probes/index-definitions.ts'
import indexes from '../probes/indexes.ts'
import partitions from '../probes/partitions.ts'
import tableNames from '../probes/table-names.ts'
import { type At, again } from './_again.ts'
import { blockSize } from './_blocks.ts'
import { supporters } from './_foreign-keys.ts'
import { countersByOid, type IndexCounters, namedIndexes } from './_index-rows.ts'
import { later } from './_moments.ts'
import { NONE } from './_names.ts'
import { below, partitionTree } from './_partitions.ts'
import statisticsAge from './statistics-age.ts'

const COLUMNS = ['pages', 'scans', 'last_scan'] as const
type Column = (typeof COLUMNS)[number]
type Use = Pick<IndexCounters, Column>
const rowsAgain = again()

/** Of the index of a partitioned table without partitions. */
const NEVER: Use = { pages: 0, scans: 0, last_scan: null }

export default defineDerived({
  name: 'index-usage',
  title: 'Indexes',
  doc: 'How often each index was scanned on this server since its statistics began, and whether it could be dropped at all. The index of a partitioned table is told once, with the scans of all its parts. Checking uniqueness and foreign keys counts as no scan.',
  rows: 'many',
  from: {
    indexes,
    definitions: indexDefinitions,
    names: tableNames,
    age: maybe(statisticsAge),
    keys: maybe(foreignKeys),
    partitions: maybe(partitions),
  },
  columns: {
    oid: id('Oid of the index'),
    table_oid: id('Oid of its table'),
    schema: label('Schema'),
    table: label('Table'),
    index: label('Index'),
    size: gauge('bytes', 'Size by its pages, as of the last VACUUM, ANALYZE or CREATE INDEX'),
    scans: gauge('count', 'Scans since the statistics began'),
    last_scan: optional(time('Last scan (PostgreSQL 16 and newer)')),
    since: optional(time('When the statistics began; none where the server does not tell')),
    valid: flag('Whether queries may use it'),
    expression: flag(
      'Whether it indexes an expression, whose statistics help the planner even without a scan',
    ),
    partitioned: flag('It is the index of a partitioned table, and stands for all its parts'),
    droppable: flag('Whether nothing but its use by queries speaks for it'),
    kept_because: optional(detail('Why it must stay')),
  },
  compute({ indexes, definitions, names, age, keys = NONE, partitions = NONE }, { server }) {
    const tree = partitionTree(partitions)
    /** The counters of an index, those of all parts of a partitioned table's taken together. */
    const use = (oid: number, at: At<IndexCounters, Column>): Use | undefined => {
      const own = at(oid)
      if (own || !tree.children.has(oid)) return own
      const parts = below(tree, oid).flatMap((p) => at(p.oid) ?? [])
      return {
        pages: parts.reduce((sum, p) => sum + p.pages, 0),
        scans: parts.reduce((sum, p) => sum + p.scans, 0),
        last_scan: parts.map((p) => p.last_scan).reduce(later, null),
      }
    }
    const supported = supporters(keys, definitions)
    const since = age?.[0]?.since ?? null
    const block = blockSize(server)
    return rowsAgain({
      of: namedIndexes(definitions, names),
      sample: countersByOid(indexes),
      columns: COLUMNS,
      also: [keys, partitions, since, server],
      make({ definition, table, keptBecause }, at) {
        const { oid, partitioned } = definition
        const used = use(oid, at)
        if (partitioned ? definition.partition : !used) return undefined
        const { pages, scans, last_scan } = used ?? NEVER
        const key = keptBecause === null && supported(oid, (index) => use(index, at)?.scans ?? 0)
        const kept = keptBecause ?? (key ? `the foreign key ${key.name} is checked with it` : null)
        return {
          oid,
          table_oid: definition.table_oid,
          schema: table.schema,
          table: table.name,
          index: definition.name,
          size: pages * block,
          scans,
          last_scan,
          since,
          valid: definition.valid,
          expression: definition.expressions !== null,
          partitioned,
          droppable: kept === null,
          kept_because: kept,
        }
      },
    })
  },
})
