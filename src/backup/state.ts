import type { BackupRecord, BackupState } from '../core/backup.ts'

/** What rules are told of a target's backups, newest first with the removed ones among them. Pure. */
export function stateOfBackups(records: readonly BackupRecord[], since: number): BackupState {
  const ended = records.filter((r) => r.status !== 'running')
  const kept = ended.filter((r) => r.status === 'done' && r.removedAt === undefined)
  const [last] = ended
  const first = records.at(-1)
  return {
    since: Math.min(since, first?.at ?? since),
    lastAttempt: last?.at ?? null,
    lastError: last?.status === 'failed' ? (last.error ?? 'it failed') : null,
    newest: kept[0] ?? null,
    proved: kept.find((r) => r.verified?.ok) ?? null,
    kept: kept.length,
  }
}
