import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { freshDatabase, LATEST } from '../../../test/servers.ts'
import { temporaryFolder } from '../../../test/store.ts'
import { createActing } from '../../action-service.ts'
import { createBackupService } from '../../backup-service.ts'
import { parseConfig } from '../../monitor/config.ts'
import { openStore } from '../../store/open-store.ts'
import { createMonitor } from '../../wire.ts'
import { createApp } from '../app.ts'

async function served(allow: boolean) {
  const db = await freshDatabase(LATEST)
  await db.query('CREATE TABLE orders AS SELECT 1 AS id')
  const folder = temporaryFolder()
  const store = await openStore({ path: join(folder, 'history.db') })
  const targets = [{ name: 'Shop', url: db.monitorUrl, actionUrl: db.url }]
  const config = parseConfig({
    cadence: { tick: 1 },
    backup: { verify: 'never', tools: 'built-in', directory: join(folder, 'backups') },
    thresholds: { 'backup-unverified': { warning: 0.001 } },
  })
  const terms = { targets, config, store, env: {} }
  const service = createBackupService(terms)
  const monitor = createMonitor({ ...terms, backups: service.state })
  const acting = createActing({ ...terms, allow })
  const app = createApp({ monitor, operator: acting.operator, backups: service.backups })
  service.start()
  onTestFinished(async () => {
    await monitor.stop()
    await service.stop()
    await store.close()
    await db.drop()
  })
  const ask = async (path: string, body?: object) => {
    const init = body && {
      ...{ method: 'POST', body: JSON.stringify(body) },
      headers: { 'content-type': 'application/json', origin: 'http://localhost' },
    }
    const response = await app.request(`http://localhost${path}`, init ?? {})
    return { status: response.status, body: (await response.json()) as Record<string, never> }
  }
  return { ask, monitor, app }
}

test('makes, lists and proves backups, and rules know of them', async () => {
  const { ask, monitor } = await served(true)
  expect(await ask('/api/backups')).toMatchObject({ status: 200, body: { backups: [] } })
  const begun = await ask('/api/backups/run', { target: 'shop' })
  expect(begun).toMatchObject({ status: 202, body: { status: 'running' } })
  await expect
    .poll(async () => (await ask('/api/backups?target=shop')).body.backups, { timeout: 30_000 })
    .toMatchObject([{ id: begun.body.id, status: 'done', rows: 1, method: 'built-in' }])
  const findings = () => monitor.state('shop')?.health?.findings.map((f) => f.rule)
  monitor.start()
  await expect.poll(findings, { timeout: 30_000 }).toContain('backup-unverified')
  expect(await ask(`/api/backups/${begun.body.id}/verify`, {})).toMatchObject({
    status: 200,
    body: { ok: true },
  })
  expect((await ask('/api/facts/backups')).body).toMatchObject({ rows: [{ kept: 1, last_failed: false }] })
  expect(JSON.stringify((await ask('/api/backups')).body)).not.toMatch(/"owner"|"pid"/)
  expect(await ask('/api/backups/..%2Fx/verify', {})).toMatchObject({
    status: 404,
    body: { error: { code: 'unknown-backup' } },
  })
})

test('who may only look makes none', async () => {
  const { ask } = await served(false)
  expect(await ask('/api/backups/run', {})).toMatchObject({
    status: 403,
    body: { error: { code: 'not-allowed' } },
  })
  expect(await ask('/api/backups/x/verify', {})).toMatchObject({ status: 403 })
  expect(await ask('/api/backups')).toMatchObject({ status: 200 })
})
