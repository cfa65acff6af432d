import { existsSync } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { BackupRecord } from '../core/backup.ts'
import { endOrphan, isAbandoned } from '../embedded/ownership.ts'
import { readManifest } from './files.ts'
import { MANIFEST } from './manifest.ts'
import { isAlive } from './owner.ts'
import { doneRecord, idOfUnfinished, type Records } from './records.ts'
import { SCRATCH } from './verify.ts'

/** A folder that no ledger knows may belong to a process elsewhere that has just begun. */
const STRANGER_MS = 3_600_000

/**
 * What killed processes left: their half-written folders are removed and their backups noted as failed, or as done where
 * all was written but the note. Resolves to the backups that were settled.
 */
export async function clearLeftovers(
  records: Records,
  directory: string,
  scratch: string,
): Promise<readonly BackupRecord[]> {
  const all = await records.list(undefined, { removed: true })
  const running = new Map(all.filter((r) => r.status === 'running').map((r) => [r.id, r]))
  const settled: BackupRecord[] = []
  for (const record of running.values()) {
    if (isAlive(record.owner, record.at)) continue
    const { owner: _, ...rest } = record
    const folder = join(directory, record.id)
    const ended: BackupRecord = existsSync(join(folder, MANIFEST))
      ? doneRecord(await readManifest(folder))
      : { ...rest, status: 'failed', error: 'pgtend was ended while it was made' }
    await records.end(ended)
    settled.push(ended)
  }
  for (const name of await readdir(directory).catch(() => [])) {
    const id = idOfUnfinished(name)
    if (id === undefined) continue
    const record = running.get(id)
    if (record && isAlive(record.owner, record.at)) continue
    const known = all.some((r) => r.id === id)
    const age = Date.now() - (await stat(join(directory, name))).mtimeMs
    if (known || age > STRANGER_MS) await rm(join(directory, name), { recursive: true, force: true })
  }
  await clearScratch(scratch)
  return settled
}

/** Servers of verifications that were cut off. */
async function clearScratch(scratch: string): Promise<void> {
  for (const name of await readdir(scratch).catch(() => [])) {
    if (!name.startsWith(SCRATCH)) continue
    const home = join(scratch, name)
    const data = join(home, 'data')
    // Without an owner's note it has only just been made, or was being taken away.
    const young = Date.now() - (await stat(home)).mtimeMs < STRANGER_MS
    if (existsSync(`${data}.owner`) ? !isAbandoned(data) : young) continue
    await endOrphan(data)
    await rm(home, { recursive: true, force: true })
  }
}
