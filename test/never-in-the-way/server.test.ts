/** A server in trouble as a whole: full, read-only, hanging, restarted, failed over. The monitor waits for none and comes back by itself. */
import { execFileSync } from 'node:child_process'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { EmbeddedServer } from '../../src/embedded/server.ts'
import { startStandby } from '../../src/embedded/standby.ts'
import { parseConfig } from '../../src/monitor/config.ts'
import type { Monitor } from '../../src/monitor/monitor.ts'
import { connect } from '../../src/postgres/session.ts'
import { parseUrl } from '../../src/postgres/url.ts'
import { createMonitor } from '../../src/wire.ts'
import { start, tempFolder } from '../embedded.ts'
import { run } from '../observe.ts'
import { readEverything } from '../read-everything.ts'

const folder = tempFolder()
const config = parseConfig({ cadence: { tick: 0.2, minute: 0.4, sweep: 1 } })
const POLL = { timeout: 90_000, interval: 100 }
let server: EmbeddedServer
let other: EmbeddedServer
let monitor: Monitor | undefined

const open = (of: EmbeddedServer) => connect(parseUrl(of.url(), {}))
const state = (id: string) => monitor?.state(id)
/** Where a target stands: its connection, or the age of its newest cycle in steps. */
const connection = (id: string) => () => state(id)?.connection
const cycles = (id: string): (() => number) => {
  let seen = 0
  monitor?.subscribe((e) => {
    if (e.type === 'cycle' && e.target === id) seen++
  })
  return () => seen
}
function watch(...targets: readonly (readonly [name: string, server: EmbeddedServer])[]): void {
  monitor = createMonitor({ targets: targets.map(([name, s]) => ({ name, url: s.url() })), config, env: {} })
  monitor.start()
}

beforeAll(async () => {
  server = await start(folder.fresh(), {
    settings: { max_connections: '12', superuser_reserved_connections: '2' },
  })
  other = await start(folder.fresh())
  for (const s of [server, other]) await run(s.url(), 'CREATE EXTENSION pg_stat_statements')
})
afterEach(async () => {
  await monitor?.stop()
  monitor = undefined
})
afterAll(async () => {
  await server?.stop('immediate')
  await other?.stop('immediate')
  folder.remove()
})

test('with every connection taken, the reserved ones too, the monitor keeps its own', async () => {
  watch(['full', server])
  await expect.poll(connection('full')).toBe('connected')
  const clients: pg.Client[] = []
  const refused = async () => {
    const client = new pg.Client({ connectionString: server.url() })
    client.on('error', () => {})
    const code = await client.connect().then(
      () => undefined,
      (error: { code?: string }) => error.code,
    )
    if (code === undefined) clients.push(client)
    return code
  }
  await expect.poll(refused, POLL).toBe('53300')
  const seen = cycles('full')
  await expect.poll(seen, POLL).toBeGreaterThan(3)
  expect(state('full')).toMatchObject({ connection: 'connected' })
  const rules = () => state('full')?.health?.findings.map((f) => f.key)
  await expect.poll(rules, POLL).toContain('connections-near-limit/instance')
  expect(state('full')?.health?.unknown).toEqual([])
  await expect(open(server)).rejects.toMatchObject({ code: 'too-many-connections' })
  await Promise.all(clients.map((c) => c.end()))
  await expect.poll(rules, POLL).not.toContain('connections-near-limit/instance')
})

test('in read-only mode all is read as before', async () => {
  const before = await open(server)
  const healthy = await readEverything(before)
  await before.close()
  await run(server.url(), 'ALTER SYSTEM SET default_transaction_read_only = on', 'SELECT pg_reload_conf()')
  const session = await open(server)
  expect(await readEverything(session)).toEqual(healthy)
  await session.close()
  await expect(run(server.url(), 'CREATE TABLE refused (n int)')).rejects.toMatchObject({ code: '25006' })
  await run(
    server.url(),
    'SET default_transaction_read_only = off',
    'ALTER SYSTEM RESET default_transaction_read_only',
    'SELECT pg_reload_conf()',
  )
})

test('a server that hangs is unreachable within the deadline, delays no other, and is back when it goes on', async () => {
  watch(['hangs', server], ['other', other])
  for (const id of ['hangs', 'other']) await expect.poll(connection(id), POLL).toBe('connected')
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(server.pid)], { encoding: 'utf8' })
  const processes = [server.pid, ...children.trim().split(/\s+/).map(Number)]
  for (const pid of processes) process.kill(pid, 'SIGSTOP')
  try {
    const others = cycles('other')
    await expect.poll(connection('hangs'), POLL).toBe('unreachable')
    // Dozens of ticks while the flight to the other server waited for its deadline.
    expect(others()).toBeGreaterThan(10)
    expect(state('hangs')?.error).toMatchObject({ code: 'unreachable' })
    expect(state('other')?.connection).toBe('connected')
  } finally {
    for (const pid of processes) process.kill(pid, 'SIGCONT')
  }
  await expect.poll(connection('hangs'), POLL).toBe('connected')
  await expect.poll(cycles('hangs'), POLL).toBeGreaterThan(1)
}, 240_000)

test('over a restart and over a failover it comes back by itself, and nothing spikes', async () => {
  const standby = await startStandby(other, { dataDir: folder.fresh(), slot: 'two', name: 'two' })
  watch(['restarted', server], ['promoted', standby])
  for (const id of ['restarted', 'promoted']) await expect.poll(connection(id), POLL).toBe('connected')
  await expect.poll(() => state('promoted')?.capabilities?.role, POLL).toBe('standby')
  const { dataDir, port } = server
  await server.stop('fast')
  await expect.poll(connection('restarted'), POLL).toBe('unreachable')
  server = await start(dataDir, { port, settings: { max_connections: '12' } })
  await expect.poll(connection('restarted'), POLL).toBe('connected')

  await other.kill()
  const rules = () => state('promoted')?.health?.findings.map((f) => f.key)
  await expect.poll(rules, POLL).toContain('replication-broken/this standby')
  await run(standby.url(), 'SELECT pg_promote()')
  await expect.poll(() => state('promoted')?.capabilities?.role, POLL).toBe('primary')
  await expect.poll(rules, POLL).not.toContain('replication-broken/this standby')
  // Rates again, from two samples of the new primary alone.
  const wal = () => {
    const outcome = state('promoted')?.tables.get('wal-rates')?.outcome
    return outcome?.ok ? outcome.rows[0]?.wal : outcome?.reason
  }
  await expect.poll(wal, POLL).toBeTypeOf('number')
  expect(wal()).toBeLessThan(64 * 1024 ** 2)
  await standby.stop('immediate')
}, 240_000)
