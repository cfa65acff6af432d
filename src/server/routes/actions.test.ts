import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { freshDatabase, LATEST } from '../../../test/servers.ts'
import { temporaryFolder } from '../../../test/store.ts'
import { createActing } from '../../action-service.ts'
import { parseConfig } from '../../monitor/config.ts'
import { openStore } from '../../store/open-store.ts'
import { createMonitor } from '../../wire.ts'
import { createApp } from '../app.ts'

async function served(allow = true) {
  const db = await freshDatabase(LATEST)
  await db.query('CREATE TABLE orders (id int)')
  const store = await openStore({ path: join(temporaryFolder(), 'history.db') })
  const targets = [{ name: 'Shop', url: db.monitorUrl, actionUrl: db.url }]
  const config = parseConfig({})
  const monitor = createMonitor({ targets, config, store })
  const acting = createActing({ targets, config, store, allow })
  const app = createApp({ monitor, operator: acting.operator })
  onTestFinished(async () => {
    await acting.stop()
    await store.close()
    await db.drop()
  })
  const get = async (path: string) => (await app.request(`http://localhost${path}`)).json()
  const post = async (path: string, body: object) => {
    const response = await app.request(`http://localhost${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', origin: 'http://localhost' },
    })
    return { status: response.status, body: await response.json() }
  }
  return { app, get, post, db }
}

const orders = { input: { table: 'orders' } }

it('plans, runs what was approved, and tells of it', async () => {
  const { app, get, post } = await served()
  const { allowed, actions } = await get('/api/actions')
  expect(allowed).toBe(true)
  expect(actions.map((a: { name: string }) => a.name)).toContain('vacuum')
  const events = await app.request('http://localhost/api/events')
  const reader = events.body?.getReader()

  const plan = await post('/api/actions/vacuum/plan', { target: 'shop', ...orders })
  expect(plan).toMatchObject({ status: 200, body: { hash: expect.stringMatching(/^[0-9a-f]{64}$/) } })
  const run = await post('/api/actions/vacuum/run', { ...orders, hash: plan.body.hash })
  expect(run).toMatchObject({ status: 202, body: { status: 'running', actor: { kind: 'person' } } })
  await expect
    .poll(async () => (await get('/api/runs?target=shop')).runs, { timeout: 10_000 })
    .toMatchObject([{ id: run.body.id, status: 'done', verification: { ok: true } }])

  let heard = ''
  while (!/event: run\ndata: .*"status":"done"/.test(heard)) {
    heard += new TextDecoder().decode((await reader?.read())?.value)
  }
  await reader?.cancel()
  expect(await post(`/api/runs/${run.body.id}/cancel`, {})).toMatchObject({ status: 404 })
})

describe('refuses', () => {
  it('to run where actions are not allowed, but plans', async () => {
    const { get, post } = await served(false)
    expect(await get('/api/actions')).toMatchObject({ allowed: false })
    const { body } = await post('/api/actions/vacuum/plan', orders)
    expect(await post('/api/actions/vacuum/run', { ...orders, hash: body.hash })).toMatchObject({
      status: 403,
      body: { error: { code: 'not-allowed' } },
    })
  })

  it('another hash, another type, an unknown action, a table that is gone', async () => {
    const { db, post } = await served()
    const hash = '0'.repeat(64)
    expect(await post('/api/actions/vacuum/run', { ...orders, hash })).toMatchObject({ status: 409 })
    expect(await post('/api/actions/vacuum/run', { ...orders, hash: 'x' })).toMatchObject({ status: 400 })
    expect(await post('/api/actions/vacuum/plan', { input: { table: ['x'] } })).toMatchObject({ status: 400 })
    expect(await post('/api/actions/__proto__/plan', orders)).toMatchObject({ status: 404 })
    await db.query('DROP TABLE orders')
    expect(await post('/api/actions/vacuum/plan', orders)).toMatchObject({
      status: 409,
      body: { error: { code: 'cannot-plan' } },
    })
  })

  it('a page of another origin', async () => {
    const { app } = await served()
    const response = await app.request('http://localhost/api/actions/vacuum/plan', {
      method: 'POST',
      body: JSON.stringify(orders),
      headers: { 'content-type': 'application/json', origin: 'http://evil.example' },
    })
    expect(response.status).toBe(403)
  })
})
