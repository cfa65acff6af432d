import type { ChildProcess } from 'node:child_process'
import { accessSync, constants, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../core/errors.ts'
import type { Major } from '../core/probe.ts'
import { serverAccount } from './account.ts'
import { findBinaries } from './binaries.ts'
import { createCluster, hasCluster } from './cluster.ts'
import { claim, endOrphan, release } from './ownership.ts'
import { freePort } from './port.ts'
import { exits, startPostmaster, stopPostmaster } from './postmaster.ts'
import { SETTINGS_FILE, settingsText } from './settings.ts'

/** While a lock of dead processes lingers (10 s) or free ports are taken at the last moment. */
const ATTEMPTS = 40
/** A process in the middle of a disk write outlives SIGKILL until that is done. */
const KILL_SECONDS = 30

export { availableMajors } from './binaries.ts'

/** A PostgreSQL server started from npm binaries; it ends with this process. */
export interface EmbeddedServer {
  readonly major: Major
  readonly port: number
  readonly dataDir: string
  readonly pid: number
  /** The URL of a database (default `postgres`) as a user (default the superuser `postgres`). 127.0.0.1 is trusted: no password needed. */
  url(options?: { user?: string; database?: string; password?: string }): string
  stop(mode?: 'fast' | 'immediate'): Promise<void>
  /** SIGKILL of the postmaster, for fault tests; waits until it is gone. */
  kill(): Promise<void>
}

export interface StartOptions {
  major: Major
  /** Made when it doesn't exist. May lie under a folder that only root can enter. */
  dataDir: string
  /** A free one by default. */
  port?: number
  /** Server settings over the defaults; kept in pgtend.conf, which is written anew at each start. */
  settings?: Record<string, string>
  onProgress?: (step: string) => void
}

/**
 * Starts a server, on the data that is there or on a new cluster. As root it runs as the owner of the data, uid 65534 at
 * first. Beside the data directory it keeps `<dataDir>.log` (the current run) and `<dataDir>.owner` (whose server it is).
 * Settings always given: pg_stat_statements and auto_explain loaded, track_io_timing on, 127.0.0.1 only.
 */
export function startServer(o: StartOptions): Promise<EmbeddedServer> {
  const options = { ...o, dataDir: resolve(o.dataDir) }
  const { dataDir, major } = options
  return startOn(options, async () => {
    if (!hasCluster(dataDir, major)) await createCluster(dataDir, major, serverAccount(dataDir), o.onProgress)
    writeFileSync(join(dataDir, SETTINGS_FILE), settingsText(o.settings))
  })
}

/** Starts a server on a data directory that `prepare` has made ready, once it is certain that no other server works there. */
export async function startOn(o: StartOptions, prepare: () => Promise<void>): Promise<EmbeddedServer> {
  mkdirSync(dirname(o.dataDir), { recursive: true })
  checkAccess(o.dataDir)
  claim(o.dataDir)
  try {
    await endOrphan(o.dataDir, o.onProgress)
    await prepare()
    return await launch(o)
  } catch (error) {
    release(o.dataDir)
    throw error
  }
}

function checkAccess(dataDir: string): void {
  try {
    if (existsSync(dataDir)) accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch {
    throw new AppError(
      'server-failed',
      `${dataDir} belongs to another user; was it made as root? Run as that user or remove it`,
    )
  }
}

async function launch(o: StartOptions): Promise<EmbeddedServer> {
  const { major, dataDir } = o
  const account = serverAccount(dataDir)
  const binaries = await findBinaries(major, account)
  o.onProgress?.(`starting PostgreSQL ${major}`)
  for (let attempt = 1; ; attempt++) {
    const port = o.port ?? (await freePort())
    const started = await startPostmaster(binaries, dataDir, port, account)
    if ('child' in started) return running(major, dataDir, port, started.child)
    const { reason, log } = started.failure
    if (reason === 'port' && o.port !== undefined) throw new AppError('port-taken', `127.0.0.1:${o.port}`)
    if (reason === 'other' || attempt === ATTEMPTS) throw new AppError('server-failed', `${dataDir}\n${log}`)
    // The processes of a server that was killed may need a moment to go.
    if (reason === 'lock') await sleep(250)
    await endOrphan(dataDir)
  }
}

function running(major: Major, dataDir: string, port: number, child: ChildProcess): EmbeddedServer {
  child.once('exit', () => release(dataDir))
  return {
    major,
    port,
    dataDir,
    pid: child.pid as number,
    url({ user = 'postgres', database = 'postgres', password } = {}) {
      const login = [user, ...(password === undefined ? [] : [password])].map(encodeURIComponent).join(':')
      return `postgres://${login}@127.0.0.1:${port}/${encodeURIComponent(database)}`
    },
    stop: (mode = 'fast') => stopPostmaster(child, mode),
    async kill() {
      child.kill('SIGKILL')
      await exits(child, KILL_SECONDS)
    },
  }
}
