import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { start, tempFolder } from '../test/embedded.ts'
import { headerOf, httpReceiver, mailReceiver } from '../test/receivers.ts'
import { openTestStore } from '../test/store.ts'
import { createAlerts } from './alert-service.ts'
import type { Notice } from './core/notice.ts'
import type { EmbeddedServer } from './embedded/server.ts'
import { parseConfig } from './monitor/config.ts'
import { createMonitor } from './wire.ts'

const folder = tempFolder()
let server: EmbeddedServer
beforeAll(async () => {
  server = await start(folder.fresh())
})
afterAll(async () => {
  await server.stop('immediate')
  folder.remove()
})

const session = async (): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: server.url() })
  client.on('error', () => {})
  await client.connect()
  return client
}

/** A monitor of the server that tells real receivers. */
async function watching(rules: Record<string, object>) {
  const [http, mail] = [await httpReceiver(), await mailReceiver()]
  const store = await openTestStore()
  const targets = [{ name: 'Shop', url: server.url() }]
  const config = parseConfig({
    cadence: { tick: 0.25, minute: 1, sweep: 60 },
    alerts: {
      channels: {
        hook: { kind: 'webhook', url: `${http.url}/hook`, secret: 'hush' },
        chat: { kind: 'slack', url: `${http.url}/chat` },
        mail: {
          ...{ kind: 'email', server: `smtp://127.0.0.1:${mail.port}` },
          ...{ from: 'a@example.org', to: ['b@example.org'] },
        },
      },
      rules,
    },
  })
  const errors: Error[] = []
  const onError = (error: Error) => void errors.push(error)
  const alerts = createAlerts({ store, config, onError, timing: { look: 100 } })
  await alerts.start()
  const monitor = createMonitor({ targets, config, store, onError, alerts: alerts.port })
  const events: string[] = []
  alerts.subscribe((e) => events.push(e.type))
  onTestFinished(async () => {
    await monitor.stop()
    await alerts.stop()
    expect(errors).toEqual([])
  })
  monitor.start()
  const notices = (): Notice[] =>
    http.received
      .filter((r) => r.path === '/hook')
      .flatMap((r) => (JSON.parse(r.body) as { notices: Notice[] }).notices)
  return { alerts, monitor, http, mail, notices, events }
}
const patience = { timeout: 30_000, interval: 50 }

test('a blocking chain: one alert to each receiver, resolved once', async () => {
  const { alerts, http, mail, notices, events } = await watching({
    blocking: { for: 1, calm: 1 },
    'idle-in-transaction': { calm: 1 },
    'monitor-blind': { enabled: false },
  })
  const [head, ...behind] = await Promise.all([session(), session(), session()])
  await head?.query('create table t (id int); insert into t values (1)')
  await head?.query('begin; update t set id = id')
  const waiting = behind.map((client) => client.query('update t set id = id'))
  await expect.poll(() => notices().length, patience).toBe(1)
  expect((await alerts.overview('shop')).alerts).toMatchObject([
    { rule: 'blocking', key: 'blocking/instance', state: 'firing' },
  ])
  await head?.query('commit')
  await Promise.all(waiting)
  await expect.poll(() => notices().length, patience).toBe(2)
  await expect.poll(() => mail.mails.length, patience).toBe(2)
  await expect.poll(() => http.received.filter((r) => r.path === '/chat').length, patience).toBe(2)
  expect(notices().map((n) => [n.kind, n.rule])).toEqual([
    ['firing', 'blocking'],
    ['resolved', 'blocking'],
  ])
  expect(mail.mails.map((m) => headerOf(m, 'Subject'))).toEqual([
    'Shop: Alert: Sessions wait for a lock',
    'Shop: Resolved: Sessions wait for a lock',
  ])
  expect(events.length).toBeGreaterThanOrEqual(3)
  await Promise.all([head, ...behind].map((client) => client?.end()))
})

test('a suppressed finding leaves the score and the alerts, is listed, and comes back', {
  timeout: 60_000,
}, async () => {
  const client = await session()
  await client.query(`create table quiet (id int) with (autovacuum_enabled = off);
    insert into quiet select generate_series(1, 20000)`)
  const { alerts, monitor, notices } = await watching({
    'autovacuum-off': { for: 0, calm: 0 },
    'monitor-blind': { enabled: false },
  })
  const health = () => monitor.state('shop')?.health
  const key = 'autovacuum-off/public.quiet'
  const found = () => health()?.findings.some((f) => f.key === key)
  await expect.poll(found, patience).toBe(true)
  await expect.poll(() => notices().map((n) => n.kind), patience).toEqual(['firing'])
  const points = health()?.score ?? 0
  const suppression = await alerts.suppress({ target: 'shop', key, reason: 'bulk', days: 1, by: 'ann' })
  await expect.poll(() => health()?.suppressed?.map((f) => f.key), patience).toEqual([key])
  expect(found()).toBe(false)
  expect(health()?.score).toBeGreaterThan(points)
  await expect.poll(() => notices().map((n) => n.kind), patience).toEqual(['firing', 'resolved'])
  await alerts.endSuppression(suppression.id)
  await expect.poll(found, patience).toBe(true)
  expect(health()).not.toHaveProperty('suppressed')

  // One that nobody ends ends by itself.
  const short = { target: 'shop', key, reason: 'while it loads', days: 5 / 86_400, by: 'ann' }
  const { until } = await alerts.suppress(short)
  await expect.poll(() => health()?.suppressed?.map((f) => f.key), patience).toEqual([key])
  await expect.poll(found, patience).toBe(true)
  expect(Date.now()).toBeGreaterThanOrEqual(until)
  expect(health()).not.toHaveProperty('suppressed')
  await client.query('drop table quiet')
  await client.end()
})

test('a server that is gone is told of, and again when it is back', async () => {
  const { monitor, notices } = await watching({
    'target-unreachable': { for: 0 },
    'monitor-blind': { enabled: false },
  })
  await expect.poll(() => monitor.state('shop')?.connection, patience).toBe('connected')
  const { port, dataDir } = server
  await server.kill()
  await expect.poll(() => notices().map((n) => n.kind), patience).toEqual(['firing'])
  expect(notices()[0]).toMatchObject({ rule: 'target-unreachable', severity: 'critical' })
  server = await start(dataDir, { port })
  await expect.poll(() => notices().map((n) => n.kind), patience).toEqual(['firing', 'resolved'])
})
