import { setTimeout as sleep } from 'node:timers/promises'
import type { Query } from '../core/action.ts'

const AGAIN = 100

type AnyRow = Readonly<Record<string, unknown>>

/**
 * Reads one row until it says what is waited for, for `patience` ms at most; the last one read either way. Statistics
 * reach other sessions with a delay (by a collector process before PostgreSQL 15).
 */
export async function readUntil(
  query: Query,
  sql: string,
  values: readonly unknown[],
  enough: (row: AnyRow | undefined) => boolean,
  patience = 3_000,
): Promise<AnyRow | undefined> {
  const until = performance.now() + patience
  for (;;) {
    // Within a transaction statistics are otherwise read once.
    await query('SELECT pg_stat_clear_snapshot()')
    const [row] = await query(sql, values)
    if (enough(row) || performance.now() > until) return row
    await sleep(AGAIN)
  }
}

/** A row of measures. */
export const numbers = (row: AnyRow | undefined): Record<string, number | null> =>
  Object.fromEntries(Object.entries(row ?? {}).map(([k, v]) => [k, v === null ? null : Number(v)]))
