import { expect, test } from 'vitest'
import { httpReceiver } from '../../../test/receivers.ts'
import { LATEST, serverUrl } from '../../../test/servers.ts'
import { finding, openTestStore } from '../../../test/store.ts'
import { createAlerts } from '../../alert-service.ts'
import type { Sight } from '../../core/alert.ts'
import { parseConfig } from '../../monitor/config.ts'
import { createMonitor } from '../../wire.ts'
import { createApp } from '../app.ts'

const bad = finding('dead-rows', 'public.orders')
const sight: Sight = {
  ...{ target: { id: 'shop', name: 'Shop' }, connection: 'connected', unknown: [] },
  findings: (asked) => (asked['dead-rows'] ? [bad] : []),
}

async function served() {
  const { url, received, answer } = await httpReceiver()
  const store = await openTestStore()
  const config = parseConfig({
    alerts: {
      channels: { team: { kind: 'webhook', url: `${url}/hidden-path` } },
      rules: { 'dead-rows': { for: 0 } },
    },
  })
  const alerts = createAlerts({ store, config, env: {} })
  const targets = [{ name: 'Shop', url: serverUrl(LATEST, { user: 'pgtend_monitor' }) }]
  const monitor = createMonitor({ targets, config, store, alerts: alerts.port })
  const app = createApp({ monitor, alerts })
  const call = async (path: string, body?: object) => {
    const post = {
      ...{ method: 'POST', body: JSON.stringify(body) },
      headers: { 'content-type': 'application/json' },
    }
    const response = await app.request(`http://localhost${path}`, body ? post : {})
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  alerts.port.observe(sight)
  await alerts.settled()
  return { app, alerts, monitor, call, received, answer }
}

test('an alert is listed, acknowledged and silenced; nothing of a channel’s address is told', async () => {
  const { app, call } = await served()
  const listed = await call('/api/alerts')
  expect(listed.body).toMatchObject({
    alerts: [{ key: bad.key, state: 'firing', severity: 'warning', target: 'shop', summary: bad.summary }],
    silences: [],
    channels: [{ name: 'team', kind: 'webhook', least: 'warning', waiting: 1, dead: 0 }],
  })
  expect(JSON.stringify(listed.body)).not.toContain('hidden-path')
  const [{ id }] = listed.body.alerts as [{ id: string }]

  const events = await app.request('http://localhost/api/events')
  const reader = (events.body as ReadableStream<Uint8Array>).getReader()
  expect(await call(`/api/alerts/${id}/ack`, {})).toMatchObject({
    status: 200,
    body: { acknowledgedBy: 'dashboard' },
  })
  let heard = ''
  while (!heard.includes('event: alert\n')) heard += new TextDecoder().decode((await reader.read()).value)
  await reader.cancel()

  const silence = await call('/api/silences', { match: { key: 'dead-rows/*' }, minutes: 5, reason: 'load' })
  expect(silence.status).toBe(200)
  expect((await call('/api/alerts')).body).toMatchObject({
    alerts: [{ silenced: 'load' }],
    silences: [{ by: 'dashboard', reason: 'load', match: { key: 'dead-rows/*' } }],
  })
  expect((await call(`/api/silences/${String(silence.body.id)}/end`, {})).status).toBe(200)
  expect((await call('/api/alerts')).body.silences).toEqual([])
})

test('a finding is suppressed for a while', async () => {
  const { call, alerts } = await served()
  const { body } = await call('/api/suppressions', { key: bad.key, reason: 'archive', days: 7 })
  expect(body).toMatchObject({ target: 'shop', key: bad.key, reason: 'archive' })
  expect([...alerts.port.suppressed('shop').keys()]).toEqual([bad.key])
  expect((await call('/api/suppressions')).body).toEqual({ suppressions: [body] })
  await call(`/api/suppressions/${String(body.id)}/end`, {})
  expect(alerts.port.suppressed('shop').size).toBe(0)
})

test('a channel is tried, and why it failed is told', async () => {
  const { call, received, answer } = await served()
  expect((await call('/api/channels/team/test', {})).status).toBe(200)
  expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({ test: true, notices: [] })
  answer(410)
  expect(await call('/api/channels/team/test', {})).toMatchObject({
    status: 502,
    body: { error: { code: 'channel-failed', detail: 'team: the receiver answered 410' } },
  })
  expect((await call('/api/channels/team/retry', {})).body).toEqual({ letters: 0 })
})

test.each([
  ['/api/alerts/nobody/ack', {}, 404, 'unknown-alert'],
  ['/api/silences', { match: {}, minutes: 5, reason: 'x' }, 400, 'bad-request'],
  ['/api/silences', { match: { rule: 'dead-row' }, minutes: 5, reason: 'x' }, 400, 'bad-request'],
  ['/api/silences', { match: { rule: 'dead-rows' }, minutes: 0, reason: 'x' }, 400, 'bad-request'],
  ['/api/silences/none/end', {}, 404, 'unknown-alert'],
  ['/api/channels/taem/test', {}, 404, 'unknown-channel'],
  ['/api/suppressions', { key: 'dead-rows/*', reason: 'b', days: 1 }, 404, 'unknown-finding'],
  ['/api/suppressions', { target: 'none', key: 'a', reason: 'b', days: 1 }, 404, 'unknown-target'],
])('POST %s %j is answered %i %s', async (path, body, status, code) => {
  const { call } = await served()
  expect(await call(path, body)).toMatchObject({ status, body: { error: { code } } })
})

test('without a store there are no alerts', async () => {
  const { monitor } = await served()
  const response = await createApp({ monitor }).request('http://localhost/api/alerts')
  expect(response.status).toBe(409)
})
