import { gauge, optional } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { pair } from '../core/given.ts'
import bufferTotals from '../probes/buffer-totals.ts'
import { differences } from './_differences.ts'

/** None where no block was asked for. The two are not read in the same instant, so that they can be off by a little. */
const ratio = (hit: number, fetched: number): number | null =>
  fetched === 0 ? null : Math.min(1, hit / fetched)

export default defineDerived({
  name: 'buffer-hits',
  title: 'Buffer hits of tables and indexes',
  doc: 'The share of blocks found in shared buffers between the last two sweeps, of tables and of indexes. Indexes should come from memory nearly always: a low share there means that what is read often does not fit.',
  rows: 'one',
  from: { totals: pair(bufferTotals) },
  columns: {
    window: gauge('seconds', 'Time between the two sweeps'),
    tables: optional(
      gauge('ratio', 'Blocks of tables found in shared buffers; none where none was asked for'),
    ),
    indexes: optional(gauge('ratio', 'Blocks of indexes found there; none where none was asked for')),
    table_blocks: gauge('per_second', 'Blocks of tables asked for'),
    index_blocks: gauge('per_second', 'Blocks of indexes asked for'),
  },
  history: ['tables', 'indexes'],
  compute({ totals }) {
    const { changes } = differences(totals, {
      key: () => 0,
      counters: ['table_fetched', 'table_hit', 'index_fetched', 'index_hit'],
    })
    return changes.map(({ grew }) => ({
      window: totals.seconds,
      tables: ratio(grew.table_hit, grew.table_fetched),
      indexes: ratio(grew.index_hit, grew.index_fetched),
      table_blocks: grew.table_fetched / totals.seconds,
      index_blocks: grew.index_fetched / totals.seconds,
    }))
  },
})
