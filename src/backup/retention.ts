import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { BackupRecord } from '../core/backup.ts'
import { type Records, unfinished } from './records.ts'

export interface Keep {
  /** The newest of each target. */
  readonly last: number
  /** And all younger than this. */
  readonly days: number
}

const DAY = 86_400_000
/** How long it is remembered what there was: the longest period that success is told over, and a bit. */
const MEMORY = 100 * DAY

/**
 * Of a target's backups, newest first, those that are to go: neither among the newest, nor young, nor the newest that was
 * proved. Pure.
 */
export function outdated(records: readonly BackupRecord[], keep: Keep, now: number): readonly BackupRecord[] {
  const whole = records.filter((r) => r.status === 'done' && r.removedAt === undefined)
  const proved = whole.find((r) => r.verified?.ok)
  return whole.slice(keep.last).filter((r) => r !== proved && now - r.at >= keep.days * DAY)
}

/** Takes outdated backups away; their records stay, so that it is known what there was. */
export async function removeOutdated(
  records: Records,
  directory: string,
  target: string,
  keep: Keep,
): Promise<void> {
  for (const { id } of outdated(await records.list(target), keep, Date.now())) {
    // Out of sight in one step: half of a backup must never look like one.
    const aside = join(directory, unfinished(id))
    await rename(join(directory, id), aside)
    await records.change(id, (record) => ({ ...record, removedAt: Date.now() }))
    await rm(aside, { recursive: true, force: true })
  }
  await records.forget(target, Date.now() - MEMORY)
}
