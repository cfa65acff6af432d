import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../core/errors.ts'
import { type BulkSession, stateOf } from '../postgres/bulk-session.ts'
import type { ConnectionSpec } from '../postgres/url.ts'
import { type Dumped, dumpBuiltIn } from './built-in.ts'
import { seal } from './files.ts'
import type { Inventory, SourceTable } from './inventory.ts'
import type { BackedTable, Manifest } from './manifest.ts'
import { dumpNative, type NativeTools } from './native.ts'
import { hashLargeObjects, hashRows } from './row-hashes.ts'
import { openSource, type Source } from './source.ts'

export interface Progress {
  readonly step: string
  /** 0 to 1. */
  readonly done: number
}

export interface MakeOptions {
  readonly id: string
  readonly target: string
  readonly spec: ConnectionSpec
  /** The same for pg_dump. */
  readonly environment: Readonly<Record<string, string>>
  /** Empty, and only ours. */
  readonly folder: string
  /** The server's own tools that fit it, or undefined: ours. */
  readonly tools: (major: number) => Promise<NativeTools | undefined>
  readonly signal: AbortSignal
  readonly onProgress: (progress: Progress) => void
}

/** New starts when somebody wants to drop or change a table just when all sessions need it. */
const ATTEMPTS = 4

/** Writes a whole backup into a folder: rows, definitions, what to compare a restore with, hashes. Throws AppError. */
export async function makeBackup(o: MakeOptions): Promise<Manifest> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await attemptBackup(o)
    } catch (error) {
      if (o.signal.aborted) throw o.signal.reason
      if (!isLocked(error) || attempt === ATTEMPTS) throw plainly(error)
      for (const name of await readdir(o.folder)) await rm(join(o.folder, name))
      // Whoever waited for us goes first.
      await sleep(1000, undefined, { signal: o.signal })
    }
  }
}

async function attemptBackup(o: MakeOptions): Promise<Manifest> {
  o.onProgress({ step: 'Taking a snapshot', done: 0 })
  const source = await openSource(o.spec)
  const stop = new AbortController()
  const signal = AbortSignal.any([o.signal, stop.signal])
  const kill = () => source.session.destroy('the backup was stopped')
  signal.addEventListener('abort', kill, { once: true })
  const began = performance.now()
  try {
    const { inventory } = source
    const { major } = source.session.capabilities
    const tools = await o.tools(major)
    const onPages = pageProgress(source, o.onProgress)
    const second = await source.beside(true)
    const dump = { source, folder: o.folder, signal, onPages: onPages('Copying') }
    const [dumped, measured] = await together(stop, [
      tools ? dumpNative(dump, o.environment, tools) : dumpBuiltIn(dump),
      measure(second, inventory, signal, onPages('Hashing')),
    ])
    const seconds = Math.round(performance.now() - began) / 1000
    const manifest = manifestOf(o, source, tools, seconds, dumped, measured)
    o.onProgress({ step: 'Writing the manifest', done: 1 })
    await seal(o.folder, manifest)
    await source.close()
    return manifest
  } catch (error) {
    kill()
    throw error
  } finally {
    signal.removeEventListener('abort', kill)
  }
}

function manifestOf(
  o: MakeOptions,
  { session, inventory, snapshot, at }: Source,
  tools: NativeTools | undefined,
  seconds: number,
  dumped: Dumped,
  measured: Measured,
): Manifest {
  const { major, version } = session.capabilities
  const { tables, encoding, largeObjects: _, parents: __, ...contents } = inventory
  return {
    ...{ format: 1, id: o.id, target: o.target, database: o.spec.database, at, seconds },
    method: tools ? 'pg_dump' : 'built-in',
    tool: tools ? `pg_dump ${tools.version}` : 'pg_dump 18.3 (WebAssembly) and COPY',
    snapshot,
    server: { version, major, encoding },
    ...contents,
    files: dumped.files,
    tables: tables.map((table, i) => {
      const file = dumped.fileOf.get(table.sql)
      return { ...(measured.tables[i] as BackedTable), ...(file === undefined ? {} : { file }) }
    }),
    largeObjects: measured.largeObjects,
  }
}

/** Waits for all; when one fails the others are stopped first, and its error is the one that counts. */
async function together<A, B>(stop: AbortController, works: [Promise<A>, Promise<B>]): Promise<[A, B]> {
  let failure: { error: unknown } | undefined
  const watched = works.map((work) =>
    work.catch((error: unknown) => {
      failure ??= { error }
      stop.abort()
    }),
  )
  const results = await Promise.all(watched)
  if (failure) throw failure.error
  return results as [A, B]
}

type Measured = Pick<Manifest, 'tables' | 'largeObjects'>

async function measure(
  session: BulkSession,
  inventory: Inventory,
  signal: AbortSignal,
  onPages: (pages: number, table: string) => void,
): Promise<Measured> {
  const kill = () => session.destroy('the backup was stopped')
  signal.addEventListener('abort', kill, { once: true })
  try {
    signal.throwIfAborted()
    const tables: BackedTable[] = []
    for (const table of inventory.tables) {
      tables.push(await measured(session, table))
      onPages(table.pages, table.sql)
    }
    const largeObjects =
      inventory.largeObjects > 0 ? await hashLargeObjects(session) : { count: 0, hash: '0' }
    return { tables, largeObjects }
  } finally {
    signal.removeEventListener('abort', kill)
    await session.end()
  }
}

async function measured(session: BulkSession, table: SourceTable): Promise<BackedTable> {
  const { schema, name, where, into } = table
  const named = { schema, name, ...(where === undefined ? {} : { where }) }
  return { ...named, ...(into ? { into } : {}), ...(await hashRows(session, named)) }
}

/** Copying and hashing go on side by side: each is half of the work. */
function pageProgress(source: Source, tell: (progress: Progress) => void) {
  const { tables } = source.inventory
  const total = 2 * tables.reduce((sum, t) => sum + t.pages + 1, 0)
  let done = 0
  return (step: string) =>
    (pages: number, table: string): void => {
      done += pages + 1
      tell({ step: `${step} ${table}`, done: Math.min(1, done / total) })
    }
}

/** Also as pg_dump tells it. */
const isLocked = (error: unknown): boolean =>
  stateOf(error) === '55P03' || (error as Error).message.includes('due to lock timeout')

/** Errors of the disk and the server in words. */
function plainly(error: unknown): unknown {
  if (error instanceof AppError) return error
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new AppError('backup-failed', 'there is no space left in the backup folder', { cause: error })
  return new AppError('backup-failed', message ?? String(error), { cause: error })
}
