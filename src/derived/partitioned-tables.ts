import { flag, gauge, id, label, optional, time } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { maybe } from '../core/given.ts'
import indexDefinitions from '../probes/index-definitions.ts'
import indexes from '../probes/indexes.ts'
import partitions from '../probes/partitions.ts'
import relations from '../probes/relations.ts'
import tableNames from '../probes/table-names.ts'
import { blockSize } from './_blocks.ts'
import { definitionsByOid } from './_index-rows.ts'
import { later } from './_moments.ts'
import { namesByOid } from './_names.ts'
import { below, partitionTree, rootsOf } from './_partitions.ts'
import { relationsByOid } from './_relations.ts'

export default defineDerived({
  name: 'partitioned-tables',
  title: 'Partitioned tables',
  doc: 'Each partitioned table with all that lies below it, at any depth, taken together. Foreign tables among the partitions are counted but have no size here.',
  rows: 'many',
  from: {
    partitions,
    names: tableNames,
    relations,
    indexes: maybe(indexes),
    definitions: maybe(indexDefinitions),
  },
  columns: {
    oid: id('Oid of the partitioned table at the top'),
    schema: label('Schema'),
    table: label('Table'),
    partitions: gauge('count', 'Partitions at all levels that hold rows themselves'),
    depth: gauge('count', 'Levels of partitions below it'),
    live: gauge('count', 'Live rows, estimated'),
    dead: gauge('count', 'Dead rows, estimated'),
    dead_ratio: gauge('ratio', 'Dead rows out of all rows'),
    size: gauge('bytes', 'Tables and TOAST by their pages'),
    indexes: gauge('bytes', 'Indexes by their pages'),
    largest: gauge('bytes', 'The largest partition, with its TOAST'),
    last_vacuum: optional(time('When any of them was last vacuumed')),
    last_analyze: optional(time('When any of them was last analysed')),
    estimate: flag('Whether ANALYZE ever looked at all of them together, which autovacuum never does'),
    changed_since_analyze: gauge(
      'count',
      'Rows changed since it did, at least: how many more or fewer there are, or what the partitions count since each was analysed; all where it never did',
    ),
  },
  compute({ partitions, names, relations, indexes = [], definitions = [] }, { server }) {
    if (partitions.length === 0) return []
    const named = namesByOid(names)
    const { get: at } = relationsByOid(relations)
    const tree = partitionTree(partitions)
    const defined = definitionsByOid(definitions)
    const indexPages = new Map<number, number>()
    for (const { oid, pages } of indexes) {
      const table = defined.get(oid)?.table_oid
      if (table !== undefined) indexPages.set(table, (indexPages.get(table) ?? 0) + pages)
    }
    const block = blockSize(server)
    const toastPages = (oid: number): number => at(named.get(oid)?.toast_oid ?? 0)?.pages ?? 0
    return rootsOf(tree).flatMap((root) => {
      const name = named.get(root)
      if (name?.kind !== 'p') return []
      const all = below(tree, root)
      const leaves = all.filter(({ oid }) => named.get(oid)?.kind !== 'p')
      const parts = leaves.flatMap(({ oid }) => at(oid) ?? [])
      const sizes = parts.map((r) => (r.pages + toastPages(r.oid)) * block)
      const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0)
      const [live, dead] = [sum(parts.map((r) => r.live)), sum(parts.map((r) => r.dead))]
      const seen = at(root)?.tuples ?? -1
      // Counters of a partition may have begun anew since it was analysed.
      const rows = sum(parts.map((r) => Math.max(r.live, r.tuples)))
      // ANALYZE sees the rows of foreign tables too.
      const difference = parts.length < leaves.length ? 0 : Math.abs(rows - seen)
      const changed = sum(parts.map((r) => r.changed_since_analyze))
      return [
        {
          ...{ oid: root, schema: name.schema, table: name.name },
          partitions: leaves.length,
          depth: all.reduce((most, p) => Math.max(most, p.depth), 0),
          ...{ live, dead, dead_ratio: dead === 0 ? 0 : dead / (live + dead) },
          size: sum(sizes),
          indexes: sum(parts.map((r) => indexPages.get(r.oid) ?? 0)) * block,
          largest: sizes.reduce((most, size) => Math.max(most, size), 0),
          last_vacuum: parts.map((r) => r.last_vacuum).reduce(later, null),
          last_analyze: parts.map((r) => r.last_analyze).reduce(later, null),
          estimate: seen >= 0,
          changed_since_analyze: seen < 0 ? rows : Math.max(difference, changed),
        },
      ]
    })
  },
})
