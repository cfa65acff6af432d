import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { AppError } from '../core/errors.ts'
import type { Major } from '../core/probe.ts'
import { endOrphan } from '../embedded/ownership.ts'
import { type EmbeddedServer, startServer } from '../embedded/server.ts'
import { startStandby } from '../embedded/standby.ts'
import { asAdmin, DATABASE, isBuilt, makeDatabase, prewarm } from './database.ts'
import { FAULTS } from './faults.ts'
import { MONITOR_ROLE, roleOf } from './roles.ts'
import { createSwitchboard, type DemoFault } from './switchboard.ts'
import { createWorkload, type Workload } from './workload.ts'

export type { DemoFault } from './switchboard.ts'

const MAJOR: Major = 17
/** From this scale on the standby is there from the start; below, when a fault asks for it. */
const STANDBY_SCALE = 0.1
/** Share of the first start that the building is. */
const BUILT = 0.95
const SLOT = 'wedsync_standby'
/** Its folder beside the primary's. */
const STANDBY = 'standby'

const SETTINGS: Record<string, string> = {
  // As Supabase's smallest computes have.
  max_connections: '60',
  // All of the data, so that a healthy demo reads nothing from disk. Taken only as far as it is used.
  shared_buffers: '512MB',
  // So that what autovacuum does can be watched.
  autovacuum_naptime: '15s',
  max_wal_size: '2GB',
  // A standby that never comes back must not fill the disk.
  max_slot_wal_keep_size: '1GB',
}

export interface DemoOptions {
  /** Where its servers keep their data, 1.5 GB at scale 1. */
  dir: string
  /** Size of the data, 1 being WedSync as it is. */
  scale?: number
  /** Requests a second; 20 by default. */
  rate?: number
  /** Of the primary; a free one by default. */
  port?: number
  /** `done` is 0 to 1. */
  onProgress?: (progress: { step: string; done: number }) => void
}

/** A running WedSync with its traffic. */
export interface Demo {
  /** As superuser, for the user to play with. */
  readonly url: string
  /** As the role `pgtend`, which has pg_monitor and nothing else. */
  readonly monitorUrl: string
  /** The standby as the role `pgtend`. Undefined where none runs: below scale 0.1 until its fault asks for it. */
  readonly standbyUrl: string | undefined
  readonly faults: readonly DemoFault[]
  readonly workload: Pick<Workload, 'rate' | 'setRate'>
  /** Resolves when the fault is on or undone. Throws `unknown-fault` or `fault-failed`. */
  setFault(name: string, on: boolean): Promise<void>
  /** Undoes the faults and stops traffic and servers. The data stays. */
  stop(): Promise<void>
}

/**
 * Starts WedSync in a folder: builds its database the first time (about 20 s at scale 1 on two cores), or goes on with
 * the one that is there. Throws `data-in-use` when another demo runs there.
 */
export async function startDemo(o: DemoOptions): Promise<Demo> {
  const scale = o.scale ?? 1
  if (!(scale > 0 && scale <= 10))
    throw new AppError('bad-request', `the scale must be above 0 and at most 10, not ${scale}`)
  o.onProgress?.({ step: `Starting PostgreSQL ${MAJOR}`, done: 0 })
  const server = await startServer({
    major: MAJOR,
    dataDir: join(o.dir, 'primary'),
    settings: SETTINGS,
    ...(o.port === undefined ? {} : { port: o.port }),
  })
  try {
    await endOrphan(join(o.dir, STANDBY))
    return await runDemo(server, o, scale)
  } catch (error) {
    await server.stop('immediate')
    if (error instanceof AppError) throw error
    throw new AppError('demo-failed', error instanceof Error ? error.message : String(error), {
      cause: error,
    })
  }
}

async function runDemo(server: EmbeddedServer, o: DemoOptions, scale: number): Promise<Demo> {
  const address = (database: string, user = 'postgres') => server.url({ user, database })
  await ensureDatabase(server, address, o, scale)
  const admin = adminPool(address(DATABASE))
  const standby = standbyOf(server, o.dir)
  const switchboard = createSwitchboard({
    faults: FAULTS,
    url: (role) => address(DATABASE, roleOf(role)),
    query: async (sql, values) => (await admin.query(sql, [...(values ?? [])])).rows,
    queryStandby: async (sql) => {
      const { url } = await standby.start()
      return asAdmin(url({ database: DATABASE }), async (client) => (await client.query(sql)).rows)
    },
  })
  let workload: Workload | undefined
  const stopAll = async () => {
    await switchboard.allOff()
    await workload?.stop()
    await admin.end()
    await standby.stop()
    await server.stop()
  }
  try {
    o.onProgress?.({ step: 'Starting the standby and the traffic', done: BUILT })
    // The demo is useful without it; its fault starts it again and says what fails.
    const withStandby = scale >= STANDBY_SCALE ? standby.start().catch(() => undefined) : undefined
    await switchboard.clean()
    await prewarm(address(DATABASE))
    workload = await createWorkload((user) => address(DATABASE, user), o.rate)
    await workload.runAllOnce()
    workload.start()
    await withStandby
  } catch (error) {
    await stopAll()
    throw error
  }
  o.onProgress?.({ step: 'Ready', done: 1 })
  let stopping: Promise<void> | undefined
  return {
    url: address(DATABASE),
    monitorUrl: address(DATABASE, MONITOR_ROLE),
    get standbyUrl() {
      return standby.server?.url({ user: MONITOR_ROLE, database: DATABASE })
    },
    get faults() {
      return switchboard.faults
    },
    workload,
    setFault: switchboard.set,
    stop() {
      stopping ??= stopAll()
      return stopping
    },
  }
}

/** For what faults do as superuser. Somebody's lock must not keep one from being switched for ever. */
function adminPool(url: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'pgtend demo',
    options: '-c pg_stat_statements.track=none -c lock_timeout=10s',
    max: 3,
    idleTimeoutMillis: 1000,
  })
  pool.on('error', () => {})
  return pool
}

async function ensureDatabase(
  server: EmbeddedServer,
  address: (database: string) => string,
  { dir, onProgress }: DemoOptions,
  scale: number,
): Promise<void> {
  if (await isBuilt(address, { scale })) return
  // A standby would replay the whole build; a new copy is quicker.
  await rm(join(dir, STANDBY), { recursive: true, force: true })
  await asAdmin(server.url(), (client) =>
    client.query(
      'select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1',
      [SLOT],
    ),
  )
  await makeDatabase(address, {
    scale,
    onProgress: ({ step, done }) => onProgress?.({ step, done: done * BUILT }),
  })
}

/** The standby, started once when first asked for; a start that failed is tried again at the next. */
function standbyOf(primary: EmbeddedServer, dir: string) {
  let running: EmbeddedServer | undefined
  let starting: Promise<EmbeddedServer> | undefined
  const begin = async () => {
    try {
      running = await startStandby(primary, {
        dataDir: join(dir, STANDBY),
        slot: SLOT,
        name: 'wedsync-standby',
      })
      return running
    } catch (error) {
      starting = undefined
      throw error
    }
  }
  return {
    get server() {
      return running
    },
    start(): Promise<EmbeddedServer> {
      starting ??= begin()
      return starting
    },
    async stop(): Promise<void> {
      const server = await starting?.catch(() => undefined)
      await server?.stop()
    },
  }
}
