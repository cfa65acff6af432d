import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { freshDatabase, LATEST } from '../../../test/servers.ts'
import { temporaryFolder } from '../../../test/store.ts'
import { createActing } from '../../action-service.ts'
import { createCare } from '../../care-service.ts'
import { parseConfig } from '../../monitor/config.ts'
import { openStore } from '../../store/open-store.ts'
import { createMonitor } from '../../wire.ts'
import { createApp } from '../app.ts'

/** The API over a fresh database. */
async function api() {
  const db = await freshDatabase(LATEST)
  const store = await openStore({ path: join(temporaryFolder(), 'history.db') })
  const config = parseConfig({ recovery: { thresholds: { 'slow-queries': { active: 0.2 } } } })
  const targets = [{ name: 'db', url: db.url }]
  const monitor = createMonitor({ targets, config, store })
  const acting = createActing({ targets, config, store, allow: true })
  const { maintenance, recovery, stop } = createCare({ targets, config, store, acting, monitor })
  const app = createApp({ monitor, maintenance, recovery })
  onTestFinished(async () => {
    await stop()
    await acting.stop()
    await store.close()
    await db.drop()
  })
  const ask = async (path: string, body?: object) => {
    const init = body && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }
    const answer = await app.request(`http://127.0.0.1${path}`, init)
    // biome-ignore lint/suspicious/noExplicitAny: answers of any address
    return { status: answer.status, json: (await answer.json()) as any }
  }
  return { db, ask }
}

test('maintenance: schedules, a plan, and a run only with the plan approved', async () => {
  const { ask } = await api()
  const { json } = await ask('/api/maintenance')
  expect(json.schedules.map((s: { task: string }) => s.task)).toEqual([
    'vacuum',
    'analyze',
    'reindex',
    'backup',
  ])
  const plan = await ask('/api/maintenance/plan', { task: 'analyze' })
  expect(plan.json).toMatchObject({ task: 'analyze', actions: [], hash: expect.any(String) })
  const blind = await ask('/api/maintenance/run', { task: 'analyze' })
  expect(blind).toMatchObject({ status: 400, json: { error: { detail: expect.stringContaining('hash') } } })
  const wrong = await ask('/api/maintenance/run', { task: 'analyze', hash: '0'.repeat(64) })
  expect(wrong).toMatchObject({ status: 409, json: { error: { code: 'plan-changed' } } })
  expect((await ask('/api/maintenance/run', { task: 'analyze', hash: plan.json.hash })).status).toBe(202)
  expect((await ask('/api/maintenance/plan', { task: 'vacum' })).status).toBe(400)
})

test('recovery: a plan, its run, and the record', async () => {
  const { db, ask } = await api()
  const client = await db.client()
  const ended = client.query('select pg_sleep(60)').catch((error: Error) => error.message)
  await sleep(400)
  const { json: list } = await ask('/api/runbooks')
  expect(list).toMatchObject({ allowed: true })
  expect((await ask('/api/runbooks/none/plan', {})).json.error.code).toBe('unknown-runbook')
  const { json: plan } = await ask('/api/runbooks/slow-queries/plan', {})
  expect(plan.hits).toHaveLength(1)
  const run = await ask('/api/runbooks/slow-queries/run', { hash: plan.hash })
  expect(run).toMatchObject({ status: 202, json: { status: 'running', runbook: 'slow-queries' } })
  expect(await ended).toContain('canceling statement')
  for (;;) {
    const [record] = (await ask('/api/recoveries')).json.recoveries
    if (record.status === 'running') await sleep(100)
    else {
      expect(record).toMatchObject({ status: 'recovered', freed: 1 })
      return
    }
  }
})
