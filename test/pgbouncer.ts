/** A PgBouncer of our own before a test server; never the system's service. Where it is not installed, tests say so in one line. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../src/embedded/port.ts'

const NOBODY = 65534
const FOLDERS = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin']

/** Where the program is, or undefined. */
export const pgbouncerPath = FOLDERS.map((folder) => join(folder, 'pgbouncer')).find(existsSync)
if (pgbouncerPath === undefined) console.warn('NOT TESTED through PgBouncer: it is not installed')

export interface PgbouncerOptions {
  /** Port of the server behind it. */
  readonly to: number
  readonly mode: 'transaction' | 'session'
  /** Server connections for each database and user. */
  readonly poolSize?: number
  /** How long a client waits for a server connection before it is refused, in seconds; PgBouncer's default is 120. */
  readonly queryWait?: number
}

export interface Pgbouncer {
  readonly port: number
  /** The URL of a database behind it. */
  url(database: string, user?: string): string
  /** The URL of its admin console. */
  readonly console: string
  stop(): Promise<void>
}

/** Starts one; PgBouncer refuses to run as root, so then it runs as nobody. */
export async function startPgbouncer(o: PgbouncerOptions): Promise<Pgbouncer> {
  if (pgbouncerPath === undefined) throw new Error('PgBouncer is not installed')
  const folder = mkdtempSync(join(tmpdir(), 'pgtend-pgbouncer-'))
  chmodSync(folder, 0o755)
  const port = await freePort()
  const users = ['postgres', 'pgtend_monitor', 'pgtend_blind', 'admin']
  const auth = join(folder, 'users.txt')
  const config = join(folder, 'pgbouncer.ini')
  writeFileSync(auth, users.map((user) => `"${user}" ""\n`).join(''))
  writeFileSync(
    config,
    `[databases]
* = host=127.0.0.1 port=${o.to}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${auth}
admin_users = admin
pool_mode = ${o.mode}
default_pool_size = ${o.poolSize ?? 20}
max_client_conn = 100
query_wait_timeout = ${o.queryWait ?? 120}
`,
  )
  const root = process.getuid?.() === 0
  const child = spawn(pgbouncerPath, [config], {
    stdio: 'ignore',
    ...(root ? { uid: NOBODY, gid: NOBODY } : {}),
  })
  await listens(port, child)
  return {
    port,
    url: (database, user = 'postgres') =>
      `postgres://${user}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    console: `postgres://admin@127.0.0.1:${port}/pgbouncer`,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function listens(port: number, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const socket = connect(port, '127.0.0.1')
    const up = await Promise.race([
      once(socket, 'connect').then(
        () => true,
        () => false,
      ),
      once(child, 'exit').then(() => false),
    ])
    socket.destroy()
    if (up) return
    await sleep(50)
  }
  throw new Error(`PgBouncer ended with ${child.exitCode}`)
}
