import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { query, start, tempFolder } from './embedded.ts'
import { fillOrders } from './optimizer-app.ts'
import { freshDatabase, LATEST } from './servers.ts'
import { temporaryFolder } from './store.ts'

const root = join(import.meta.dirname, '..')
const run = promisify(execFile)

/** Runs an example as its reader would. */
async function example(name: string, ...args: string[]): Promise<string> {
  const hook = join(root, 'test/as-package.ts')
  const { stdout } = await run(process.execPath, ['--import', hook, join(root, 'examples', name), ...args])
  return stdout
}

async function database() {
  const db = await freshDatabase(LATEST)
  onTestFinished(() => db.drop())
  return db
}

const examples: Record<string, () => Promise<void>> = {
  'backup.ts': async () => {
    const db = await database()
    await db.query('create table t as select generate_series(1, 100) a')
    const folder = temporaryFolder()
    const said = await example('backup.ts', db.url, join(folder, 'history.db'), join(folder, 'backups'))
    expect(said).toContain('1 tables')
    expect(said).toMatch(/^proved in [\d.]+ s/m)
  },
  'check-health.ts': async () => {
    expect(await example('check-health.ts', (await database()).url)).toMatch(/^\d+ of 100, /)
  },
  'maintain.ts': async () => {
    // Its own server: on the shared one another test may make it unwell, and then maintenance waits.
    const folder = tempFolder()
    const server = await start(folder.fresh())
    onTestFinished(async () => {
      await server.stop('immediate')
      folder.remove()
    })
    await query(
      server,
      'create table t with (autovacuum_enabled = off) as select generate_series(1, 40000) a',
    )
    await query(server, 'delete from t where a % 2 = 0')
    const said = await example('maintain.ts', server.url(), join(temporaryFolder(), 'history.db'))
    expect(said).toContain('VACUUM (ANALYZE) public.t')
    expect(said).toContain('vacuum public.t: done, dead rows 20000 → 0')
  },
  'optimize.ts': async () => {
    const db = await database()
    await fillOrders(db)
    await db.query('create table customers as select distinct customer as id from orders')
    await db.query('analyze customers')
    const sql = 'select id from customers where id not in (select customer from orders where customer = 42)'
    const said = await example('optimize.ts', db.url, sql)
    expect(said).toContain('CREATE INDEX CONCURRENTLY orders_customer_idx')
    expect(said).toMatch(/^cost [\d.]+ -> [\d.]+$/m)
    expect(said).not.toContain('not known')
  },
  'recover.ts': async () => {
    const db = await database()
    const said = await example('recover.ts', db.url, join(temporaryFolder(), 'history.db'))
    expect(said).toContain('slots are taken')
    expect(said).toMatch(/Recovered in|Not recovered/)
  },
}

test.each(Object.entries(examples))('examples/%s runs', (_, check) => check())

test('each example is run', () => {
  expect(readdirSync(join(root, 'examples')).sort()).toEqual(Object.keys(examples).sort())
})
