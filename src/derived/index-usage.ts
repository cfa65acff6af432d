import { detail, flag, gauge, id, label, optional, time } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { maybe } from '../core/given.ts'
import foreignKeys from '../probes/foreign-keys.ts'
import indexDefinitions from '../probes/index-definitions.ts'
import indexes from '../probes/indexes.ts'
import partitions from '../probes/partitions.ts'
import relationNames from '../probes/relation-names.ts'
import { blockSize } from './_blocks.ts'
import { supporters } from './_foreign-keys.ts'
import { countersByOid, definitionsByOid, keptBecause } from './_index-rows.ts'
import { later } from './_moments.ts'
import { byText, namesByOid } from './_names.ts'
import { below, partitionTree } from './_partitions.ts'
import statisticsAge from './statistics-age.ts'

export default defineDerived({
  name: 'index-usage',
  title: 'Indexes',
  doc: 'How often each index was scanned on this server since its statistics began, and whether it could be dropped at all. The index of a partitioned table is told once, with the scans of all its parts. Checking uniqueness and foreign keys counts as no scan.',
  rows: 'many',
  from: {
    indexes,
    definitions: indexDefinitions,
    names: relationNames,
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
  compute({ indexes, definitions, names, age, keys = [], partitions = [] }, { server }) {
    const named = namesByOid(names)
    const counted = countersByOid(indexes)
    const tree = partitionTree(partitions)
    /** The counters of an index, those of all parts taken together. */
    const use = (oid: number) => {
      const parts = [oid, ...below(tree, oid).map((p) => p.oid)].flatMap((o) => counted.get(o) ?? [])
      return {
        pages: parts.reduce((sum, p) => sum + p.pages, 0),
        scans: parts.reduce((sum, p) => sum + p.scans, 0),
        last_scan: parts.map((p) => p.last_scan).reduce(later, null),
      }
    }
    const served = supporters(keys, definitions, (oid) => use(oid).scans)
    const known = definitionsByOid(definitions)
    const roots = definitions.filter((d) => named.get(d.oid)?.kind === 'I' && !d.partition)
    return [...indexes.flatMap((i) => known.get(i.oid) ?? []), ...roots]
      .flatMap((definition) => {
        const { oid, table_oid } = definition
        const [name, table] = [named.get(oid), named.get(table_oid)]
        if (!name || !table) return []
        const { pages, scans, last_scan } = use(oid)
        const key = served.get(oid)
        const kept =
          keptBecause(definition) ?? (key ? `the foreign key ${key.name} is checked with it` : null)
        return [
          {
            ...{ oid, table_oid, schema: name.schema, table: table.name, index: name.name },
            ...{ size: pages * blockSize(server), scans, last_scan },
            since: age?.[0]?.since ?? null,
            valid: definition.valid,
            expression: definition.expressions !== null,
            partitioned: name.kind === 'I',
            droppable: kept === null,
            kept_because: kept,
          },
        ]
      })
      .sort(
        byText(
          (i) => i.schema,
          (i) => i.table,
          (i) => i.index,
        ),
      )
  },
})
