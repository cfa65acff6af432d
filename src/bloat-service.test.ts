import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { testIo } from '../test/io.ts'
import { look, lookUntil, run } from '../test/observe.ts'
import { freshDatabase, LATEST, majors } from '../test/servers.ts'
import { temporaryFolder } from '../test/store.ts'
import { createActing } from './action-service.ts'
import { createBloatService } from './bloat-service.ts'
import { run as runCli } from './cli/run.ts'
import { parseConfig } from './monitor/config.ts'
import { createApp } from './server/app.ts'
import { openStore } from './store/open-store.ts'
import { createMonitor } from './wire.ts'

const NAME = 'le"tters; -- é'

async function hollow(major = LATEST) {
  const db = await freshDatabase(major)
  onTestFinished(() => db.drop())
  const table = `"${NAME.replaceAll('"', '""')}"`
  await run(
    db.url,
    'CREATE EXTENSION pgstattuple',
    `CREATE TABLE ${table} WITH (autovacuum_enabled = off) AS SELECT n AS id, repeat(md5(n::text), 4) AS body FROM generate_series(1, 120000) n`,
    `DELETE FROM ${table} WHERE id % 10 <> 0`,
  )
  await run(db.url, `VACUUM (ANALYZE) ${table}`)
  return { db, table }
}

async function serving(url: string, allow: boolean) {
  const path = join(temporaryFolder(), 'history.db')
  const store = await openStore({ path })
  const targets = [{ name: 'Shop', url }]
  const config = parseConfig({})
  const terms = { targets, config, store, env: {} }
  const acting = createActing({ ...terms, allow })
  const bloat = createBloatService({ ledger: store.ledger, targets: ['shop'], open: acting.open })
  const monitor = createMonitor({ ...terms, measured: bloat.state })
  const app = createApp({ monitor, operator: acting.operator, bloat })
  onTestFinished(async () => {
    await monitor.stop()
    await acting.stop()
    await store.close()
  })
  const post = async (body: object) => {
    const response = await app.request('http://localhost/api/measure', {
      ...{ method: 'POST', body: JSON.stringify(body) },
      headers: { 'content-type': 'application/json', origin: 'http://localhost' },
    })
    return { status: response.status, body: (await response.json()) as Record<string, never> }
  }
  return { store, bloat, post, open: acting.open, id: monitor.targets[0] as string }
}

test.each(majors)(
  'on PostgreSQL %i what was measured is kept, calls for a rewrite, and is void once that is done',
  async (major) => {
    const { db } = await hollow(major)
    const { store, post, open, id } = await serving(db.url, true)
    const { status, body } = await post({ target: id, relations: [NAME] })
    expect(status).toBe(200)
    expect(body.unknown).toEqual([])
    expect(body.rows).toMatchObject([{ schema: 'public', table: NAME, index: null }])

    // As after a restart.
    const bloat = createBloatService({ ledger: store.ledger, targets: [id], open })
    await bloat.start()
    const measured = bloat.state(id)
    expect(measured).toMatchObject([{ table: NAME, bloat: expect.closeTo(0.9, 1) }])
    const see = () => look(db.url, {}, undefined, { measured: bloat.state(id) })
    const seen = await lookUntil(see, (s) => s.findings('table-bloat').length > 0)
    expect(seen.findings('table-bloat')).toMatchObject([{ evidence: { how: 'measured' } }])
    expect(seen.rows('measured-bloat')).toMatchObject([{ relation: NAME, kind: 'table' }])
    const [advised] = seen.opportunities('shrink-table')
    expect(advised).toMatchObject({
      confidence: 'high',
      action: { name: 'vacuum-full', input: { schema: 'public', table: NAME } },
    })
    await run(db.url, ...(advised?.sql ?? []))
    const after = await lookUntil(see, (s) => s.findings('table-bloat').length === 0)
    expect(after.opportunities('shrink-table')).toEqual([])
  },
)

test('measuring reads much: not without the permission to act, not above the cap, and what is not there is said', async () => {
  const { db } = await hollow()
  const refused = await serving(db.url, false)
  expect(await refused.post({ target: refused.id })).toMatchObject({ status: 403 })
  const allowed = await serving(db.url, true)
  const { body } = await allowed.post({ target: allowed.id, relations: [NAME, 'nowhere'], cap: 1000 })
  expect(body).toMatchObject({
    rows: [],
    unknown: [expect.stringContaining('nowhere'), expect.stringContaining('was not read')],
  })
  expect(await allowed.post({ target: allowed.id, relations: [] })).toMatchObject({ status: 400 })
})

test('pgtend measure: a table for people, JSON, exit codes', async () => {
  const { db } = await hollow()
  const cli = async (...args: string[]) => {
    const { io, out, err } = testIo()
    return { code: await runCli(['measure', ...args], io), out: out(), err: err() }
  }
  const said = await cli(db.url, NAME)
  expect(said).toMatchObject({ code: 0, err: '' })
  expect(said.out).toMatch(/public\.le"tters; -- é +table +\d+ MB +\d+ MB +\d+ %/)
  const { code, out } = await cli(db.url, NAME, '--json', '--cap', '1 MB')
  expect(code).toBe(1)
  expect(JSON.parse(out)).toMatchObject({ rows: [], unknown: [expect.stringContaining('more than 1 MB')] })
  expect((await cli(db.url, '--cap', 'much')).code).toBe(2)
  expect((await cli(db.url, '--timeout', '0')).code).toBe(2)
})
