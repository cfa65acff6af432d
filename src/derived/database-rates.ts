import { flag, gauge, label, optional } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { pair } from '../core/given.ts'
import databases from '../probes/databases.ts'
import { differences } from './_differences.ts'

const COUNTERS = [
  'commits',
  'rollbacks',
  'blocks_read',
  'blocks_hit',
  'rows_written',
  'temp_bytes',
  'deadlocks',
] as const

export default defineDerived({
  name: 'database-rates',
  title: 'Database activity',
  doc: 'What each database did between the last two samples. A database whose counters were reset is left out once.',
  rows: 'many',
  from: { databases: pair(databases) },
  columns: {
    database: label('Database'),
    current: flag('Whether it is the database that pgtend is connected to'),
    window: gauge('seconds', 'Time between the two samples'),
    transactions: gauge('per_second', 'Transactions ended, committed or rolled back'),
    rollback_ratio: optional(gauge('ratio', 'Transactions that were rolled back; none where none ended')),
    cache_hit: optional(gauge('ratio', 'Blocks found in shared buffers; none where no block was asked for')),
    blocks_hit: gauge('per_second', 'Blocks found in shared buffers'),
    blocks_read: gauge('per_second', 'Blocks asked for from the operating system'),
    temp: gauge(
      'bytes_per_second',
      'Written to temporary files by sorts and hashes that did not fit in memory',
    ),
    deadlocks: gauge('count', 'Deadlocks found in the window'),
    rows_written: gauge('per_second', 'Rows inserted, updated and deleted'),
  },
  history: [
    'transactions',
    'rollback_ratio',
    'cache_hit',
    'blocks_hit',
    'blocks_read',
    'temp',
    'deadlocks',
    'rows_written',
  ],
  compute({ databases: both }) {
    const { changes } = differences(both, {
      key: (d) => d.database,
      counters: COUNTERS,
      since: (d) => d.stats_reset,
    })
    return changes.map(({ row, grew }) => {
      const transactions = grew.commits + grew.rollbacks
      const blocks = grew.blocks_hit + grew.blocks_read
      return {
        database: row.database,
        current: row.current,
        window: both.seconds,
        transactions: transactions / both.seconds,
        rollback_ratio: transactions === 0 ? null : grew.rollbacks / transactions,
        cache_hit: blocks === 0 ? null : grew.blocks_hit / blocks,
        blocks_hit: grew.blocks_hit / both.seconds,
        blocks_read: grew.blocks_read / both.seconds,
        temp: grew.temp_bytes / both.seconds,
        deadlocks: grew.deadlocks,
        rows_written: grew.rows_written / both.seconds,
      }
    })
  },
})
