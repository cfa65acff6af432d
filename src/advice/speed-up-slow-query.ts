import { defineAdvice } from '../core/advice.ts'
import { formatCount, formatRatio, formatSeconds, shorten } from '../core/format.ts'
import type { Row } from '../core/table.ts'
import statementRates from '../derived/statement-rates.ts'

/** Blocks that a statement asks for to give one row, above which it reads much that it throws away. */
const BLOCKS_PER_ROW = 100
/** Rows of one answer, above which nobody reads them all. */
const MANY_ROWS = 1000
/** Share of its time spent on reading blocks, above which the disk is the matter. */
const MOSTLY_READING = 0.5

/** What the figures of a statement point at, the surest first. */
function hint(s: Row<typeof statementRates>): string {
  if (s.temp_blocks > 0)
    return 'It spills to temporary files: a sort or hash does not fit into work_mem, or works on too many rows.'
  if (s.rows_per_call > MANY_ROWS)
    return `It returns ${formatCount(s.rows_per_call)} rows a call: does somebody read them all, or would LIMIT do?`
  if (s.blocks / s.calls > BLOCKS_PER_ROW * Math.max(1, s.rows_per_call))
    return `It reads ${formatCount(s.blocks / s.calls)} blocks a call to give ${formatCount(s.rows_per_call)} rows: an index is likely missing.`
  if ((s.read_seconds ?? 0) > MOSTLY_READING * s.total)
    return 'It spends most of its time reading from disk: what it needs does not stay in memory.'
  return 'It reads little: see whether it waits for locks, calls a function, or sleeps.'
}

export default defineAdvice({
  name: 'speed-up-slow-query',
  title: 'Speed up a slow statement',
  doc: 'Statements whose mean in the window is above limits.slowQuery, with what their figures point at. Their plans have not been looked at.',
  needs: { statements: statementRates },
  thresholds: { share: 0.01, most: 20 },
  recommend({ statements }, { share, most }) {
    const slow = statements.filter((s) => s.slow && s.share >= share)
    // One statement of several roles or databases is one thing to do.
    const byStatement = [...Map.groupBy(slow, (s) => s.query_id).values()].flatMap((same) => same[0] ?? [])
    return byStatement.slice(0, most).map((s) => ({
      subject: `statement ${s.query_id}`,
      summary: `${s.query ? shorten(s.query, 80) : `Statement ${s.query_id}`} takes ${formatSeconds(s.mean)} a call${s.toplevel === 'false' ? ' inside a function' : ''}. ${hint(s)}`,
      evidence: {
        query: s.query,
        user: s.user,
        toplevel: s.toplevel,
        mean: s.mean,
        calls: s.calls,
        share: s.share,
        rows_per_call: s.rows_per_call,
        blocks: s.blocks,
        temp_blocks: s.temp_blocks,
        read_seconds: s.read_seconds,
      },
      gain: `At most ${formatRatio(s.share)} of all execution time, ${formatSeconds(s.total)} in the window`,
      risk: 'Looking at its plan with EXPLAIN costs nothing; EXPLAIN ANALYZE runs the statement.',
      confidence: 'low' as const,
      because: 'That it is slow is measured; why, is only concluded from its counters.',
    }))
  },
})
