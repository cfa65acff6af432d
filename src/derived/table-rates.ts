import { gauge, id, label, optional } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { pair } from '../core/given.ts'
import indexDefinitions from '../probes/index-definitions.ts'
import indexes from '../probes/indexes.ts'
import relations from '../probes/relations.ts'
import tableNames from '../probes/table-names.ts'
import { differences } from './_differences.ts'
import { definitionsByOid } from './_index-rows.ts'
import { namesByOid } from './_names.ts'

const COUNTERS = [
  'seq_scans',
  'seq_rows',
  'rows_inserted',
  'rows_updated',
  'rows_deleted',
  'blocks_fetched',
  'blocks_hit',
] as const

export default defineDerived({
  name: 'table-rates',
  title: 'Table activity',
  doc: 'What happened to each table between the last two samples, those with most rows scanned first. Tables that were not used are left out.',
  rows: 'many',
  from: {
    relations: pair(relations),
    indexes: pair(indexes),
    definitions: indexDefinitions,
    names: tableNames,
  },
  columns: {
    oid: id('Oid of the table'),
    schema: label('Schema'),
    table: label('Table'),
    seq_scans: gauge('per_second', 'Scans of the whole table'),
    seq_rows: gauge('per_second', 'Rows read by them'),
    rows_per_scan: optional(gauge('count', 'Rows that one scan of the whole table read')),
    index_scans: gauge('per_second', 'Scans of any of its indexes'),
    inserts: gauge('per_second', 'Rows inserted'),
    updates: gauge('per_second', 'Rows updated'),
    deletes: gauge('per_second', 'Rows deleted'),
    cache_hit: optional(gauge('ratio', 'Blocks of the table found in shared buffers')),
  },
  compute({ relations: both, indexes: indexPair, definitions, names }) {
    const named = namesByOid(names)
    const defined = definitionsByOid(definitions)
    const indexScans = new Map<number, number>()
    for (const { row, grew } of differences(indexPair, {
      key: (i) => i.oid,
      counters: ['scans'],
      keep: () => false,
    }).changes) {
      const table = defined.get(row.oid)?.table_oid
      if (table !== undefined) indexScans.set(table, (indexScans.get(table) ?? 0) + grew.scans)
    }
    const { changes } = differences(both, {
      key: (r) => r.oid,
      counters: COUNTERS,
      // A scan of an index alone need not touch its table.
      keep: (r) => indexScans.has(r.oid),
    })
    return changes
      .flatMap(({ row, grew }) => {
        const name = named.get(row.oid)
        const scans = indexScans.get(row.oid) ?? 0
        if (!name || name.kind === 'p' || (scans === 0 && COUNTERS.every((c) => grew[c] === 0))) return []
        return [
          {
            oid: row.oid,
            schema: name.schema,
            table: name.name,
            seq_scans: grew.seq_scans / both.seconds,
            seq_rows: grew.seq_rows / both.seconds,
            rows_per_scan: grew.seq_scans === 0 ? null : grew.seq_rows / grew.seq_scans,
            index_scans: scans / indexPair.seconds,
            inserts: grew.rows_inserted / both.seconds,
            updates: grew.rows_updated / both.seconds,
            deletes: grew.rows_deleted / both.seconds,
            // The two are not read in the same instant.
            cache_hit: grew.blocks_fetched === 0 ? null : Math.min(1, grew.blocks_hit / grew.blocks_fetched),
          },
        ]
      })
      .sort((a, b) => b.seq_rows - a.seq_rows || a.oid - b.oid)
  },
})
