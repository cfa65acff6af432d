import { mkdtemp, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Verified } from '../core/backup.ts'
import { AppError } from '../core/errors.ts'
import { formatBytes } from '../core/format.ts'
import { quoteIdentifier } from '../core/identifier.ts'
import { MAJORS, type Major } from '../core/probe.ts'
import { startServer } from '../embedded/server.ts'
import { type BulkSession, openBulkSession } from '../postgres/bulk-session.ts'
import { libpqEnvironment } from '../postgres/libpq.ts'
import { parseUrl } from '../postgres/url.ts'
import { applyFiles, applySql, type Refusal } from './apply.ts'
import { compareContents } from './compare.ts'
import { damages } from './files.ts'
import type { Progress } from './make.ts'
import type { Manifest } from './manifest.ts'
import { DUMP, type NativeTools, pgRestore, sectionOf } from './native.ts'
import { sortRefusals } from './refusals.ts'
import { settle } from './source.ts'

export interface VerifyOptions {
  readonly folder: string
  readonly manifest: Manifest
  /** Where the throw-away server may keep its data. */
  readonly scratch: string
  readonly tools: (major: number) => Promise<NativeTools | undefined>
  readonly signal: AbortSignal
  readonly onProgress: (progress: Progress) => void
}

export const SCRATCH = 'pgtend-verify-'

/** Quick rather than safe: nobody's data is in it. */
const SETTINGS: Record<string, string> = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '4GB',
  autovacuum: 'off',
  shared_buffers: '256MB',
  maintenance_work_mem: '256MB',
  max_locks_per_transaction: '1024',
  log_statement: 'none',
  log_min_error_statement: 'panic',
  allow_in_place_tablespaces: 'on',
}

/** Proves a backup: its files by their hashes, then its content by restoring it into a server that is thrown away. */
export async function verifyBackup(o: VerifyOptions): Promise<Verified> {
  const { folder, manifest } = o
  const began = performance.now()
  const damaged = await damages(folder, (done) =>
    o.onProgress({ step: 'Checking the files', done: done * 0.1 }),
  )
  if (damaged.length > 0) {
    const seconds = secondsSince(began)
    return { at: Date.now(), ok: false, seconds, detail: damaged.join('; '), notVerifiable: [] }
  }
  const major = MAJORS.find((m) => m === manifest.server.major)
  if (!major) throw new AppError('no-binaries', `there is no embedded PostgreSQL ${manifest.server.major}`)
  await refuseSmallDisk(o)
  o.signal.throwIfAborted()
  return restoreAndCompare(o, major)
}

/** Rows without indexes take about what the database takes; WAL and the server itself come on top. */
async function refuseSmallDisk({ scratch, manifest }: VerifyOptions): Promise<void> {
  const { bavail, bsize } = await statfs(scratch)
  const [free, needed] = [bavail * bsize, manifest.databaseBytes * 1.3 + 256 * 1024 ** 2]
  if (free < needed)
    throw new AppError(
      'restore-failed',
      `${scratch} has ${formatBytes(free)} free; the throw-away server needs about ${formatBytes(needed)}`,
    )
}

async function restoreAndCompare(o: VerifyOptions, major: Major): Promise<Verified> {
  const began = performance.now()
  o.onProgress({ step: `Starting PostgreSQL ${major}`, done: 0.1 })
  const home = await mkdtemp(join(o.scratch, SCRATCH))
  try {
    const server = await startServer({ major, dataDir: join(home, 'data'), settings: SETTINGS })
    try {
      const refusals: Refusal[] = []
      await makeDatabase(server.url(), o.manifest)
      const url = server.url({ database: DATABASE })
      const session = await openBulkSession(parseUrl(url, {}), 'pgtend verify')
      await settle(session, false)
      if (o.manifest.method === 'pg_dump') await applyDump(session, url, o, refusals)
      else await applyAll(session, o, refusals)
      const seconds = secondsSince(began)
      o.onProgress({ step: 'Comparing', done: 0.85 })
      await settle(session, false)
      const { excused, errors } = sortRefusals(refusals, o.manifest)
      const compared = await compareContents(session, o.manifest, excused.length > 0, o.signal)
      await session.end()
      const wrong = [...errors, ...compared.wrong]
      const notVerifiable = [...excused, ...compared.notVerifiable, ...o.manifest.leftOut]
      const detail = wrong.length > 0 ? wrong.slice(0, 10).join('; ') : compared.summary
      return { at: Date.now(), ok: wrong.length === 0, seconds, detail, notVerifiable }
    } finally {
      await server.stop('immediate')
    }
  } finally {
    await rm(home, { recursive: true, force: true })
    await rm(`${home}/data.log`, { force: true })
  }
}

const secondsSince = (began: number): number => Math.round(performance.now() - began) / 1000

const DATABASE = 'restored'

/** The database with the encoding it had, and the roles and tablespaces that its objects name. */
async function makeDatabase(url: string, manifest: Manifest): Promise<void> {
  const session = await openBulkSession(parseUrl(url, {}), 'pgtend verify')
  try {
    for (const role of manifest.roles)
      if (role !== 'postgres') await session.script(`CREATE ROLE ${quoteIdentifier(role)}`)
    for (const space of manifest.tablespaces)
      await session
        .script(`SET allow_in_place_tablespaces = on; `)
        .then(() => session.script(`CREATE TABLESPACE ${quoteIdentifier(space)} LOCATION ''`))
    await session.script(
      `CREATE DATABASE ${DATABASE} TEMPLATE template0 ENCODING '${manifest.server.encoding}' LC_COLLATE 'C' LC_CTYPE 'C'`,
    )
  } finally {
    await session.end()
  }
}

async function applyAll(session: BulkSession, o: VerifyOptions, refusals: Refusal[]): Promise<void> {
  const targets = new Map(o.manifest.tables.map((t) => [t.file, t.into ?? t]))
  await applyFiles({
    ...{ session, folder: o.folder, manifest: o.manifest, signal: o.signal },
    onProgress: (step, done) => o.onProgress({ step, done: 0.1 + done * 0.75 }),
    onRefusal: (refusal) => void refusals.push(refusal),
    takes: async ({ name }) => {
      const table = targets.get(name)
      if (!table) return true
      const [row] = await session.query('SELECT to_regclass($1) IS NOT NULL AS there', [
        `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`,
      ])
      return row?.there === 't'
    },
  })
}

/** The definitions statement by statement, so that it is known what failed; the rows by pg_restore itself. */
async function applyDump(
  session: BulkSession,
  url: string,
  o: VerifyOptions,
  refusals: Refusal[],
): Promise<void> {
  const { manifest, signal } = o
  const needed = Number(/\d+/.exec(manifest.tool)?.[0])
  const tools = await o.tools(needed)
  if (!tools)
    throw new AppError(
      'restore-failed',
      `it was made by ${manifest.tool}; pg_restore ${needed} or newer is not here`,
    )
  const dump = join(o.folder, DUMP)
  const run = async (section: string) =>
    applySql(session.script, await sectionOf(tools, dump, section), (r) => void refusals.push(r), signal)
  await run('pre-data')
  let tables = 0
  const problems = await pgRestore(
    tools,
    ['--section=data', dump],
    libpqEnvironment(url, {}),
    (t) => o.onProgress({ step: `Restoring ${t}`, done: 0.1 + (0.6 * ++tables) / manifest.tables.length }),
    signal,
  )
  // What did not come in is found by comparing; this says why.
  if (problems) refusals.push({ statement: 'pg_restore', state: undefined, message: problems })
  await run('post-data')
}
