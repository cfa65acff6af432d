import { randomBytes } from 'node:crypto'
import { access, constants, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { BackupRecord, BackupState, Verified } from '../core/backup.ts'
import { AppError, toAppError } from '../core/errors.ts'
import type { Ledger } from '../core/ledger.ts'
import { libpqEnvironment } from '../postgres/libpq.ts'
import { parseUrl } from '../postgres/url.ts'
import { FILE_MODE, FOLDER_MODE, readManifest, syncFolder } from './files.ts'
import { clearLeftovers } from './leftovers.ts'
import { makeBackup, type Progress } from './make.ts'
import type { Manifest } from './manifest.ts'
import { findTools } from './native.ts'
import { thisProcess } from './owner.ts'
import { createRecords, doneRecord, unfinished, VERIFIED } from './records.ts'
import { type Restored, restoreBackup } from './restore.ts'
import { type Keep, removeOutdated } from './retention.ts'
import { stateOfBackups } from './state.ts'
import { verifyBackup } from './verify.ts'

type Env = Readonly<Record<string, string | undefined>>

export interface BackupsOptions {
  readonly ledger: Ledger
  /** Where backups are kept, each in a folder of its own. */
  readonly directory: string
  readonly keep: Keep
  /** Whether a target without a single backup is a fault: backups were asked for. */
  readonly expected: boolean
  /** Which backups are proved as soon as they are made; `daily`: the first one when the last proof is a day old. */
  readonly verify: 'each' | 'daily' | 'never'
  /** `auto`, `built-in`, or the folder of pg_dump and pg_restore. */
  readonly tools: string
  /** Where throw-away servers keep their data; default the folder for temporary files. */
  readonly scratch?: string
  /** The URL of a target; undefined where there is no such target. */
  readonly urlOf: (target: string) => string | undefined
  readonly env: Env
  readonly onError: (error: Error) => void
}

export interface WorkOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
}

/** A backup as it is shown: while something is done with it, how far that is. */
export type ShownBackup = BackupRecord & { readonly progress?: Progress }

export interface RestoreChoices {
  /** Beside what is there; nothing is written over. */
  readonly force?: boolean
  /** Without owners, grants and the like where the role has no right to them. */
  readonly leaveOut?: boolean
}

/** Backups of the targets: made, listed, proved, restored. */
export interface Backups {
  readonly directory: string
  /** Settles what killed processes left behind. Also done before each run. */
  recover(): Promise<readonly BackupRecord[]>
  /** Makes a backup and, where set so, proves it. Throws AppError; the failure is recorded. */
  run(target: string, options?: WorkOptions): Promise<BackupRecord>
  /** The same, resolving as soon as it runs. */
  start(target: string): Promise<BackupRecord>
  /** Newest first. */
  list(target?: string): Promise<readonly ShownBackup[]>
  /** Proves a backup by restoring it into a throw-away server. What it finds is a result, not an error. */
  verify(id: string, options?: WorkOptions): Promise<Verified>
  /** Restores a backup into the database of a URL, all of it or nothing. A database that is not empty is refused without `force`. */
  restore(id: string, url: string, options?: WorkOptions & RestoreChoices): Promise<Restored>
  /** What rules know, as of the last look; undefined for a target that has none and is to have none. */
  state(target: string): BackupState | undefined
  /** Looks again at what there is; also after each run and verification. */
  look(targets: readonly string[]): Promise<void>
  /** Stops what runs, and waits for it. */
  stop(): Promise<void>
}

export function createBackups(o: BackupsOptions): Backups {
  const directory = resolve(o.directory)
  const scratch = resolve(o.scratch ?? tmpdir())
  const records = createRecords(o.ledger, directory)
  const stopped = new AbortController()
  const working = new Set<Promise<unknown>>()
  const progress = new Map<string, Progress>()
  const states = new Map<string, BackupState>()
  const began = Date.now()
  const tools = (major: number) => findTools(o.tools, major, o.env)

  const look = async (target: string): Promise<void> => {
    const all = await records.list(target, { removed: true })
    if (all.length > 0 || o.expected) states.set(target, stateOfBackups(all, began))
  }
  const tracked = <T>(work: Promise<T>): Promise<T> => {
    const done = work.finally(() => working.delete(done))
    done.catch(() => undefined)
    working.add(done)
    return done
  }
  const workOn = (id: string, { signal, onProgress }: WorkOptions = {}) => ({
    signal: signal ? AbortSignal.any([signal, stopped.signal]) : stopped.signal,
    onProgress: (now: Progress) => {
      progress.set(id, now)
      onProgress?.(now)
    },
  })

  const make = async (begun: BackupRecord, url: string, options?: WorkOptions): Promise<BackupRecord> => {
    const { id, target } = begun
    const temporary = join(directory, unfinished(id))
    try {
      await mkdir(temporary, { mode: FOLDER_MODE })
      const manifest = await makeBackup({
        ...{ id, target, folder: temporary, tools, spec: parseUrl(url, o.env) },
        ...{ environment: libpqEnvironment(url, o.env), ...workOn(id, options) },
      })
      await rename(temporary, join(directory, id))
      await syncFolder(directory)
      const done: BackupRecord = { ...doneRecord(manifest), at: begun.at }
      await records.end(done)
      return done
    } catch (thrown) {
      await rm(temporary, { recursive: true, force: true }).catch(o.onError)
      const error = stopped.signal.aborted || options?.signal?.aborted ? stoppedError() : toAppError(thrown)
      const { owner: _, ...rest } = begun
      await records.end({ ...rest, status: 'failed', error: error.message })
      throw error
    } finally {
      progress.delete(id)
      await look(target).catch(o.onError)
    }
  }

  const begin = async (target: string): Promise<{ record: BackupRecord; url: string }> => {
    const url = o.urlOf(target)
    if (url === undefined) throw new AppError('unknown-target', `"${target}"`)
    await prepare(directory)
    await clearLeftovers(records, directory, scratch)
    const at = Date.now()
    const id = `${target.slice(0, 60)}-${stamp(at)}-${randomBytes(2).toString('hex')}`
    const record: BackupRecord = { id, target, at, status: 'running', owner: thisProcess() }
    await records.begin(record)
    await look(target)
    return { record, url }
  }

  const finish = async (begun: BackupRecord, url: string, options?: WorkOptions): Promise<BackupRecord> => {
    const made = await make(begun, url, options)
    const verified = (await isDue(made.target)) ? await attempt(made.id, options) : undefined
    // What may be the last good one stays while a newer one is in doubt.
    if (verified?.ok !== false) await removeOutdated(records, directory, made.target, o.keep)
    await look(made.target)
    return verified ? { ...made, verified } : made
  }

  const verify = async (id: string, options?: WorkOptions): Promise<Verified> => {
    const { manifest, folder, record } = await whole(id)
    try {
      const verified =
        manifest instanceof AppError
          ? { at: Date.now(), ok: false, seconds: 0, detail: manifest.detail, notVerifiable: [] }
          : await verifyBackup({ folder, manifest, scratch, tools, ...workOn(id, options) })
      await records.change(id, (now) => ({ ...now, verified }))
      await writeFile(join(folder, VERIFIED), `${JSON.stringify(verified, null, 1)}\n`, { mode: FILE_MODE })
      return verified
    } finally {
      progress.delete(id)
      await look(record.target).catch(o.onError)
    }
  }

  const isDue = async (target: string): Promise<boolean> => {
    if (o.verify !== 'daily') return o.verify === 'each'
    const proved = (await records.list(target)).find((r) => r.verified?.ok)?.verified?.at ?? 0
    return Date.now() - proved > PROOF_MS
  }

  /** That it could not be proved here, for want of disk or binaries, doesn't undo that it was made. */
  const attempt = (id: string, options?: WorkOptions): Promise<Verified | undefined> =>
    verify(id, options).catch((error: Error) => {
      o.onError(error)
      return undefined
    })

  /** A backup that is there in full, with its manifest or what is wrong with that. */
  const whole = async (id: string) => {
    const record = await records.get(id)
    if (record.removedAt !== undefined || record.status !== 'done')
      throw new AppError(
        'unknown-backup',
        `${id} ${record.status === 'done' ? 'was removed' : `has ${record.status === 'running' ? 'not ended' : 'failed'}`}`,
      )
    const folder = join(directory, id)
    const manifest = await readManifest(folder).catch(
      () => new AppError('backup-damaged', 'manifest.json is damaged: it can not be read'),
    )
    return { record, folder, manifest: manifest as Manifest | AppError }
  }

  return {
    directory,
    recover: () => clearLeftovers(records, directory, scratch),
    async run(target, options) {
      const { record, url } = await begin(target)
      return tracked(finish(record, url, options))
    },
    async start(target) {
      const { record, url } = await begin(target)
      tracked(finish(record, url)).catch(o.onError)
      return record
    },
    async list(target) {
      const found = await records.list(target)
      return found.map((r) => ({
        ...r,
        ...(progress.has(r.id) ? { progress: progress.get(r.id) as Progress } : {}),
      }))
    },
    verify: (id, options) => tracked(verify(id, options)),
    async restore(id, url, { force = false, leaveOut = false, ...options } = {}) {
      const { folder, manifest } = await whole(id)
      if (manifest instanceof AppError) throw manifest
      const work = workOn(id, options)
      const target = { spec: parseUrl(url, o.env), environment: libpqEnvironment(url, o.env) }
      try {
        return await tracked(restoreBackup({ folder, manifest, force, leaveOut, tools, ...target, ...work }))
      } finally {
        progress.delete(id)
      }
    },
    state: (target) => states.get(target),
    async look(targets) {
      for (const target of targets) await look(target)
    },
    async stop() {
      stopped.abort(stoppedError())
      await Promise.allSettled(working)
    },
  }
}

/** A bit less than a day, so that it stays at the same hour. */
const PROOF_MS = 23 * 3_600_000

const stoppedError = () => new AppError('backup-failed', 'pgtend was stopped')

/** 2026-11-23T08:15:30Z as a part of a name. */
const stamp = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`

async function prepare(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: FOLDER_MODE })
    await access(directory, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new AppError('backup-failed', `${directory}: ${(error as Error).message}`, { cause: error })
  }
}
