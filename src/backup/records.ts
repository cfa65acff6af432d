import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BackupRecord, Owner, Verified } from '../core/backup.ts'
import { AppError } from '../core/errors.ts'
import type { Entry, Ledger } from '../core/ledger.ts'
import { readManifest } from './files.ts'
import { bytesOf, MANIFEST, type Manifest, rowsOf } from './manifest.ts'
import { isAlive, thisProcess } from './owner.ts'

export const VERIFIED = 'verified.json'
/** The name of a folder that is being written or taken away: never taken for a backup. */
export const unfinished = (id: string): string => `.${id}.partial`
export const idOfUnfinished = (name: string): string | undefined => /^\.(.+)\.partial$/.exec(name)?.[1]

/** What the ledger says of backups, and what the folders say where it doesn't know them. */
export interface Records {
  /** Claims the target and notes a backup as running. Throws AppError `already-running` while a living process makes one. */
  begin(record: BackupRecord): Promise<void>
  /** Notes how it ended, and lets go of the target. */
  end(record: BackupRecord): Promise<void>
  change(id: string, change: (record: BackupRecord) => BackupRecord): Promise<void>
  /** Forgets backups of a target that failed or were removed, and are older than `before`. */
  forget(target: string, before: number): Promise<void>
  get(id: string): Promise<BackupRecord>
  /** Newest first. Those whose files retention has removed only with `removed`. */
  list(target?: string, options?: { readonly removed?: boolean }): Promise<readonly BackupRecord[]>
}

interface Lease {
  readonly backup: string
  readonly owner: Owner
}

const TRIES = 20

export function createRecords(ledger: Ledger, directory: string): Records {
  const leaseOf = (target: string) => `backup ${target}`
  const releases = async (record: BackupRecord) => {
    const id = leaseOf(record.target)
    const held = await ledger.get<Lease>('lease', id)
    if (held?.value.backup !== record.id) return []
    return [
      {
        kind: 'lease' as const,
        id,
        target: record.target,
        at: record.at,
        version: held.version,
        value: null,
      },
    ]
  }
  const write = async (record: BackupRecord, release: boolean): Promise<boolean> => {
    const entry = await ledger.get('backup', record.id)
    const { id, target, at } = record
    const change = { kind: 'backup' as const, id, target, at, version: entry?.version ?? 0, value: record }
    return ledger.write([change, ...(release ? await releases(record) : [])])
  }
  const persist = async (attempt: () => Promise<boolean>): Promise<void> => {
    for (let n = 0; n < TRIES; n++) if (await attempt()) return
    throw new AppError('store-failed', 'another process changes the same backup all the time')
  }

  return {
    async begin(record) {
      const { id, target, at } = record
      const lease = await ledger.get<Lease>('lease', leaseOf(target))
      if (lease && isAlive(lease.value.owner, lease.at))
        throw new AppError('already-running', `process ${lease.value.owner.pid} backs ${target} up`)
      const value: Lease = { backup: id, owner: thisProcess() }
      const written = await ledger.write([
        { kind: 'lease', id: leaseOf(target), target, at, version: lease?.version ?? 0, value },
        { kind: 'backup', id, target, at, version: 0, value: record },
      ])
      if (!written) throw new AppError('already-running', `another process backs ${target} up`)
    },
    end: (record) => persist(() => write(record, true)),
    change: (id, change) =>
      persist(async () => {
        const entry = await ledger.get<BackupRecord>('backup', id)
        return write(change(entry?.value ?? (await recordOf(directory, id))), false)
      }),
    async forget(target, before) {
      const entries = await ledger.list<BackupRecord>('backup', { target })
      const old = entries.filter(
        ({ at, value }) => at < before && (value.status === 'failed' || value.removedAt),
      )
      // Somebody else may be at it too: the next run finds what is left.
      if (old.length > 0) await ledger.write(old.map((entry) => ({ ...entry, value: null })))
    },
    async get(id) {
      const entry = await ledger.get<BackupRecord>('backup', id)
      return entry ? present(directory, entry.value) : recordOf(directory, id)
    },
    async list(target, { removed = false } = {}) {
      const entries: readonly Entry<BackupRecord>[] = await ledger.list<BackupRecord>(
        'backup',
        target === undefined ? {} : { target },
      )
      const known = new Set(entries.map((e) => e.id))
      const found = entries.map((e) => present(directory, e.value))
      for (const id of await foldersIn(directory)) {
        if (known.has(id)) continue
        const record = await recordOf(directory, id).catch(() => undefined)
        if (record && (target === undefined || record.target === target)) found.push(record)
      }
      return found.filter((r) => removed || r.removedAt === undefined).sort((a, b) => b.at - a.at)
    },
  }
}

/** A backup whose folder somebody took away is none. */
function present(directory: string, record: BackupRecord): BackupRecord {
  if (record.status !== 'done' || record.removedAt !== undefined) return record
  if (existsSync(join(directory, record.id, MANIFEST))) return record
  return { ...record, status: 'failed', error: `its folder ${join(directory, record.id)} is gone` }
}

async function foldersIn(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => [])
  return names.filter((name) => !name.startsWith('.') && existsSync(join(directory, name, MANIFEST)))
}

/** What a folder says of itself. Throws AppError `unknown-backup`. */
async function recordOf(directory: string, id: string): Promise<BackupRecord> {
  // A name, never a way out of the directory.
  if (!/^[\w-][\w.-]*$/.test(id)) throw new AppError('unknown-backup', `"${id}"`)
  const folder = join(directory, id)
  if (!existsSync(join(folder, MANIFEST)))
    throw new AppError('unknown-backup', `"${id}" is not in ${directory}`)
  const manifest = await readManifest(folder).catch((error: Error) => {
    throw new AppError('backup-damaged', `${join(folder, MANIFEST)} can not be read: ${error.message}`)
  })
  const verified = await readFile(join(folder, VERIFIED), 'utf8')
    .then((text) => JSON.parse(text) as Verified)
    .catch(() => undefined)
  return { ...doneRecord(manifest), id, ...(verified ? { verified } : {}) }
}

export function doneRecord(manifest: Manifest): BackupRecord {
  const { id, target, at, database, databaseBytes, seconds, method, snapshot, server, tables } = manifest
  return {
    ...{ id, target, at, status: 'done', database, databaseBytes, seconds, method, snapshot },
    ...{
      serverVersion: server.version,
      bytes: bytesOf(manifest),
      tables: tables.length,
      rows: rowsOf(manifest),
    },
  }
}
