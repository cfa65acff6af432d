import type { Query, Step } from '../core/action.ts'

/** How far a statement is. */
export interface Progress {
  /** 0 to 1, where it can be told. */
  readonly progress?: number
  readonly phase: string
}

type View = NonNullable<Step['progress']>

/** Each gives phase, and done and total of that phase. Columns: PostgreSQL documentation, 27.4. */
const SQL: Readonly<Record<View, string>> = {
  vacuum: `SELECT phase, heap_blks_scanned + heap_blks_vacuumed AS done, 2 * heap_blks_total AS total
    FROM pg_stat_progress_vacuum WHERE pid = $1`,
  analyze: `SELECT phase, sample_blks_scanned AS done, sample_blks_total AS total
    FROM pg_stat_progress_analyze WHERE pid = $1`,
  create_index: `SELECT phase, CASE WHEN tuples_total > 0 THEN tuples_done WHEN blocks_total > 0 THEN blocks_done
      ELSE lockers_done END AS done,
    CASE WHEN tuples_total > 0 THEN tuples_total WHEN blocks_total > 0 THEN blocks_total ELSE lockers_total END AS total
    FROM pg_stat_progress_create_index WHERE pid = $1`,
  cluster: `SELECT phase, heap_blks_scanned AS done, heap_blks_total AS total
    FROM pg_stat_progress_cluster WHERE pid = $1`,
}

/** The share of the whole that each phase of an index build is, by rule of thumb. The rest of a view is one phase. */
const INDEX_PHASES: readonly (readonly [begins: string, from: number, to: number])[] = [
  ['initializing', 0, 0],
  ['waiting for writers before build', 0, 0.02],
  ['building index: scanning table', 0.02, 0.3],
  ['building index: sorting', 0.3, 0.4],
  ['building index: loading', 0.4, 0.6],
  ['building index', 0.02, 0.6],
  ['waiting for writers before validation', 0.6, 0.62],
  ['index validation: scanning index', 0.62, 0.7],
  ['index validation: sorting', 0.7, 0.75],
  ['index validation: scanning table', 0.75, 0.95],
  ['waiting for old snapshots', 0.95, 0.98],
  ['waiting for readers', 0.98, 1],
]

/** What the server says of the statement that a process runs. Undefined when it runs none of that kind. */
export async function readProgress(query: Query, view: View, pid: number): Promise<Progress | undefined> {
  const [row] = await query(SQL[view], [pid])
  return row && progressOf(view, String(row.phase), Number(row.done), Number(row.total))
}

/** Pure. */
export function progressOf(view: View, phase: string, done: number, total: number): Progress {
  const share = total > 0 ? Math.min(1, done / total) : undefined
  if (view !== 'create_index') return { phase, ...(share === undefined ? {} : { progress: share }) }
  const known = INDEX_PHASES.find(([begins]) => phase.startsWith(begins))
  if (!known) return { phase }
  const [, from, to] = known
  return { phase, progress: from + (share ?? 0) * (to - from) }
}
