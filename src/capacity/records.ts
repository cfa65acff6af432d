import type { BackupRecord } from '../core/backup.ts'
import type { Ledger } from '../core/ledger.ts'
import type { RunbookRun } from '../core/runbook.ts'

/** What the ledger says of a span: backups that ended, and recoveries and restore tests with their times. */
export interface Records {
  readonly done: number
  readonly failed: number
  /** Seconds of each that succeeded. */
  readonly recoveries: readonly number[]
  readonly restores: readonly number[]
  /** Those that did not succeed. */
  readonly lostRecoveries: number
  readonly lostRestores: number
}

const MOST = 10_000

/** Reads the entries that began since then, once for all spans after it. */
export async function readRecords(
  ledger: Ledger,
  target: string,
  since: number,
): Promise<(from: number, to: number) => Records> {
  const filter = { target, since, limit: MOST }
  const [backups, runs] = await Promise.all([
    ledger.list<Pick<BackupRecord, 'status' | 'verified'>>('backup', filter),
    ledger.list<Pick<RunbookRun, 'status' | 'secondsToRecovery'>>('recovery', filter),
  ])
  return (from, to) => {
    const within = (at: number): boolean => at >= from && at < to
    const own = backups.filter((b) => within(b.at)).map((b) => b.value)
    const tests = backups.flatMap(({ value: { verified } }) =>
      verified && within(verified.at) ? verified : [],
    )
    const tried = runs.filter((r) => within(r.at)).map((r) => r.value)
    return {
      // One that is known not to be restorable is no backup.
      done: own.filter((b) => b.status === 'done' && b.verified?.ok !== false).length,
      failed: own.filter((b) => b.status === 'failed' || b.verified?.ok === false).length,
      recoveries: tried.flatMap((r) => (r.status === 'recovered' ? (r.secondsToRecovery ?? []) : [])),
      restores: tests.filter((t) => t.ok).map((t) => t.seconds),
      lostRecoveries: tried.filter((r) => r.status === 'not-recovered' || r.status === 'failed').length,
      lostRestores: tests.filter((t) => !t.ok).length,
    }
  }
}
