import { existsSync } from 'node:fs'
import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { MAJORS, type Major } from '../../core/probe.ts'
import { serverAccount } from '../../embedded/account.ts'
import { cacheDir } from '../../embedded/cache.ts'
import { endOrphan, isAbandoned } from '../../embedded/ownership.ts'
import { availableMajors, type EmbeddedServer, startServer } from '../../embedded/server.ts'
import { type BulkSession, openBulkSession } from '../../postgres/bulk-session.ts'
import { parseUrl } from '../../postgres/url.ts'
import { BUILDER, PLANNER } from './accounts.ts'
import { dropUnused } from './database.ts'

/** A private server of one major, with a database for each watched one. */
export interface Cluster {
  readonly major: Major
  readonly server: EmbeddedServer
  /** Its superuser in the database `postgres`. */
  readonly admin: BulkSession
  /** Databases that somebody plans in now. */
  readonly inUse: Set<string>
  open(database: string, as: 'postgres' | typeof BUILDER | typeof PLANNER): Promise<BulkSession>
  stop(): Promise<void>
}

/** Sizes and statistics are put in from outside: nothing may rewrite, log or look at them in passing. */
const SETTINGS: Readonly<Record<string, string>> = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  autovacuum: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  // Else a commit writes small new files through the buffers, and a patched metapage stays unseen.
  wal_skip_threshold: '0',
  max_wal_size: '64MB',
  min_wal_size: '32MB',
  max_locks_per_transaction: '8192',
  max_connections: '60',
  max_prepared_transactions: '0',
  shared_buffers: '32MB',
  max_worker_processes: '0',
  // Building an index would plan, and a plan keeps what indexes looked like before they had their size.
  max_parallel_maintenance_workers: '0',
  shared_preload_libraries: '',
  track_io_timing: 'off',
  track_activities: 'off',
  track_counts: 'off',
  allow_system_table_mods: 'on',
  log_min_messages: 'fatal',
  log_min_error_statement: 'panic',
}

/** Processes that plan at the same time have a cluster each. */
const SLOTS = 8
const WEEK_MS = 7 * 86_400_000

const running = new Map<string, Promise<Cluster>>()

/** Where clusters are kept unless told otherwise. */
export const shadowHome = (): string => join(cacheDir(serverAccount()), 'shadow')

/**
 * The cluster of a major, started when it isn't running; one in a process and folder. Throws AppError `no-shadow` where
 * there are no binaries, `server-failed`.
 */
export async function openCluster(major: number, home: string): Promise<Cluster> {
  const known = MAJORS.find((m) => m === major && availableMajors().includes(m))
  if (known === undefined)
    throw new AppError('no-shadow', `PostgreSQL ${major} for ${process.platform}-${process.arch}`)
  const key = `${home}\n${major}`
  for (let before = running.get(key); before; before = running.get(key)) {
    if (await isAlive(before)) return before
    if (running.get(key) !== before) continue
    // It was killed or has crashed: its folder is free once it has ended.
    running.delete(key)
    await before.then((cluster) => cluster.stop()).catch(() => undefined)
  }
  const opened: Promise<Cluster> = start(known, home, () => {
    if (running.get(key) === opened) running.delete(key)
  })
  running.set(key, opened)
  return opened
}

const isAlive = (opened: Promise<Cluster>): Promise<boolean> =>
  opened
    .then(({ admin }) => admin.query('SELECT 1'))
    .then(
      () => true,
      () => false,
    )

async function start(major: Major, home: string, onStop: () => void): Promise<Cluster> {
  await mkdir(home, { recursive: true, mode: 0o755 })
  await removeUnused(home)
  const server = await startInSlot(major, home)
  const open: Cluster['open'] = (database, as) =>
    openBulkSession(parseUrl(server.url({ database, user: as }), {}), 'pgtend shadow')
  try {
    const admin = await open('postgres', 'postgres')
    await admin.script(`DO $$ BEGIN
      IF to_regrole('${PLANNER}') IS NULL THEN
        CREATE ROLE ${BUILDER} LOGIN;
        CREATE ROLE ${PLANNER} LOGIN BYPASSRLS;
      END IF; END $$`)
    const cluster: Cluster = {
      ...{ major, server, admin, open, inUse: new Set() },
      async stop() {
        onStop()
        await admin.end()
        await server.stop('fast')
      },
    }
    await dropUnused(cluster)
    return cluster
  } catch (error) {
    await server.stop('immediate')
    throw error
  }
}

async function startInSlot(major: Major, home: string): Promise<EmbeddedServer> {
  for (let slot = 1; ; slot++) {
    const dataDir = join(home, slot === 1 ? String(major) : `${major}-${slot}`)
    try {
      const server = await startServer({ major, dataDir, settings: SETTINGS })
      await utimes(dataDir, new Date(), new Date())
      return server
    } catch (error) {
      const taken = error instanceof AppError && error.code === 'data-in-use'
      if (!taken || slot === SLOTS) throw error
    }
  }
}

/** Ends servers that killed processes left, and removes clusters that nobody has started for a week. */
async function removeUnused(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    const dataDir = join(home, name)
    if (!/^\d+(-\d+)?$/.test(name) || !existsSync(join(dataDir, 'PG_VERSION')) || !isAbandoned(dataDir))
      continue
    await endOrphan(dataDir)
    if (Date.now() - (await stat(dataDir)).mtimeMs < WEEK_MS) continue
    for (const path of [dataDir, `${dataDir}.log`, `${dataDir}.owner`, `${dataDir}.targets`])
      await rm(path, { recursive: true, force: true })
  }
}
