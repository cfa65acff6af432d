import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { acting, killHard } from '../../test/acting.ts'
import { query, start, tempFolder } from '../../test/embedded.ts'
import { operate, PERSON } from '../../test/operate.ts'
import { freshDatabase, LATEST, type TestDatabase } from '../../test/servers.ts'
import { temporaryFolder } from '../../test/store.ts'
import type { Run } from '../core/action.ts'

const folder = tempFolder()
afterAll(() => folder.remove())

const LEASE = 1_500

/** Kills a process in the middle of an index build that waits for a writer. */
async function killedWhileBuilding() {
  const db = await freshDatabase(LATEST)
  onTestFinished(() => db.drop())
  await db.query('CREATE TABLE orders AS SELECT generate_series(1, 1000) AS id')
  const writer = await db.client()
  await writer.query('BEGIN')
  await writer.query('INSERT INTO orders VALUES (1)')
  const storePath = join(temporaryFolder(), 'history.db')
  const child = acting(db.url, storePath, LEASE, 'create-index-concurrently', {
    table: 'orders',
    columns: 'id',
  })
  await once(child.stdout as NodeJS.ReadableStream, 'data')
  await expect.poll(() => building(db), { timeout: 15_000 }).toBe(true)
  await killHard(child)
  return { db, writer, storePath }
}

const building = async (db: TestDatabase) =>
  (await db.query('SELECT FROM pg_stat_progress_create_index WHERE datname = current_database()')).length ===
  1
const indexes = (db: TestDatabase) =>
  db.query(
    `SELECT c.relname AS name, indisvalid AS valid FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE indrelid = 'orders'::regclass`,
  )

describe('pgtend killed in the middle of an action', () => {
  it('the server goes on: the next start waits for it and says that it was finished', async () => {
    const { db, writer, storePath } = await killedWhileBuilding()
    const { operator } = await operate(db.url, { storePath, lease: LEASE })
    const recovering = operator.recover()
    await sleep(2 * LEASE)
    await expect(operator.runs()).resolves.toMatchObject([{ status: 'running' }])
    // Nothing else begins on the table meanwhile.
    const { hash } = await operator.plan('db', 'analyze', { table: 'orders' })
    await expect(
      operator.run('db', 'analyze', { table: 'orders' }, { hash, actor: PERSON }),
    ).rejects.toMatchObject({ code: 'already-running' })
    await writer.query('COMMIT')
    expect(await recovering).toMatchObject([
      {
        status: 'done',
        verification: { ok: true },
        notices: [expect.stringContaining('the server finished it')],
      },
    ])
    expect(await indexes(db)).toEqual([{ name: 'orders_id_idx', valid: true }])
    expect(await operator.recover()).toEqual([])
  })

  it('the server goes on and a person cancels it: the invalid index is removed', async () => {
    const { db, writer, storePath } = await killedWhileBuilding()
    const { operator } = await operate(db.url, { storePath, lease: LEASE })
    const taken = new Promise<Run>((resolve) => operator.subscribe(resolve))
    const recovering = operator.recover()
    await operator.cancel((await taken).id)
    await sleep(1_000)
    await writer.query('ROLLBACK')
    const [run] = await recovering
    expect(run).toMatchObject({ status: 'interrupted', verification: { ok: false } })
    expect(run?.error).toContain('What it left behind was removed')
    expect(await indexes(db)).toEqual([])
  })

  it('only one of two that start takes the run over', async () => {
    const { db, writer, storePath } = await killedWhileBuilding()
    const first = await operate(db.url, { storePath, lease: LEASE })
    const second = await operate(db.url, { storePath, lease: LEASE })
    const both = Promise.all([first.operator.recover(), second.operator.recover()])
    await sleep(2.5 * LEASE)
    await writer.query('COMMIT')
    expect((await both).flat()).toHaveLength(1)
  })

  it('leaves alone what a living process is at', async () => {
    const db = await freshDatabase(LATEST)
    onTestFinished(() => db.drop())
    await db.query('CREATE TABLE orders AS SELECT generate_series(1, 1000) AS id')
    const writer = await db.client()
    await writer.query('BEGIN')
    await writer.query('INSERT INTO orders VALUES (1)')
    const alive = await operate(db.url, { lease: LEASE })
    const input = { table: 'orders', columns: 'id' }
    const { hash } = await alive.operator.plan('db', 'create-index-concurrently', input)
    const running = alive.operator.run('db', 'create-index-concurrently', input, { hash, actor: PERSON })
    await expect.poll(() => building(db), { timeout: 15_000 }).toBe(true)
    const other = await operate(db.url, { storePath: alive.storePath, lease: LEASE })
    expect(await other.operator.recover({ wait: false })).toEqual([])
    expect(await other.operator.recover()).toEqual([])
    await writer.query('COMMIT')
    expect(await running).toMatchObject({ status: 'done' })
  })
})

it('finds out what became of a run when the server was killed under it, and cleans up', async () => {
  const dataDir = folder.fresh()
  const server = await start(dataDir)
  const url = server.url()
  const writer = new pg.Client({ connectionString: url })
  writer.on('error', () => {})
  await writer.connect()
  await writer.query('CREATE TABLE orders AS SELECT generate_series(1, 1000) AS id')
  await writer.query('BEGIN')
  await writer.query('INSERT INTO orders VALUES (1)')
  const { operator } = await operate(url)
  const input = { table: 'orders', columns: 'id' }
  const { hash } = await operator.plan('db', 'create-index-concurrently', input)
  const running = operator.run('db', 'create-index-concurrently', input, { hash, actor: PERSON })
  const progress = async () => (await query(server, 'SELECT pid FROM pg_stat_progress_create_index')).pid
  await expect.poll(progress, { timeout: 15_000 }).toBeDefined()
  await server.kill()
  const again = await start(dataDir, { port: server.port })
  onTestFinished(() => again.stop('immediate'))
  const run = await running
  expect(run).toMatchObject({ status: 'interrupted', verification: { ok: false } })
  expect(run.error).toContain('What it left behind was removed')
  expect(await operator.runs()).toMatchObject([{ id: run.id, status: 'interrupted' }])
})
