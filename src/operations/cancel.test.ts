import { once } from 'node:events'
import { expect, it, onTestFinished } from 'vitest'
import { testIo } from '../../test/io.ts'
import { operate, PERSON } from '../../test/operate.ts'
import { freshDatabase, LATEST, type TestDatabase } from '../../test/servers.ts'
import { runWithStore } from '../../test/store.ts'
import { run as cli } from '../cli/run.ts'

const input = { table: 'orders', columns: 'id' }
const PATIENCE = { timeout: 20_000 }

/** A table that a writer holds: an index build on it waits until that writer ends. */
async function held(): Promise<{ db: TestDatabase; free: () => Promise<unknown> }> {
  const db = await freshDatabase(LATEST)
  onTestFinished(() => db.drop())
  await db.query('CREATE TABLE orders AS SELECT generate_series(1, 1000) AS id')
  const writer = await db.client()
  await writer.query('BEGIN')
  await writer.query('INSERT INTO orders VALUES (1)')
  return { db, free: () => writer.query('ROLLBACK') }
}

const building = (db: TestDatabase) =>
  db.query(`SELECT FROM pg_stat_progress_create_index WHERE datname = current_database()`)
/** The statement is cancelled; dropping what it left waits for the writer in turn. */
const stopped = (db: TestDatabase) => expect.poll(() => building(db), PATIENCE).toEqual([])
const indexes = (db: TestDatabase) => db.query(`SELECT FROM pg_index WHERE indrelid = 'orders'::regclass`)

/** Another process that builds the index, over its own handle on the same history. */
async function elsewhere(db: TestDatabase, path: string, lease = 20_000) {
  const source = (file: string) => JSON.stringify(new URL(file, import.meta.url).href)
  const child = runWithStore(
    path,
    `import { createOperator } from ${source('./operator.ts')}
     import { openActionSession } from ${source('../postgres/action-session.ts')}
     import { parseUrl } from ${source('../postgres/url.ts')}
     const store = await openStore({ path })
     const operator = createOperator({ ledger: store.ledger, allow: true, owner: 'another', lease: ${lease},
       open: () => openActionSession(parseUrl(${JSON.stringify(db.url)})),
       context: () => ({ at: Date.now(), limits: { storage: null, slowQuery: 1, criticalTables: [] } }) })
     const input = ${JSON.stringify(input)}
     const { hash } = await operator.plan('db', 'create-index-concurrently', input)
     const run = await operator.run('db', 'create-index-concurrently', input, { hash, actor: { kind: 'person', name: 'ann' } })
     console.log(run.status)
     await store.close()`,
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  child.stdout.on('data', (text) => (said += String(text)))
  await expect.poll(() => building(db), PATIENCE).toHaveLength(1)
  return { child, said: () => said.trim() }
}

it('a run of another process ends when it is asked to, and its leftover is removed', async () => {
  const { db, free } = await held()
  const { operator, store, storePath } = await operate(db.url)
  const other = await elsewhere(db, storePath)
  const [going] = await operator.runs()
  expect(going?.status).toBe('running')
  expect(await operator.cancel(going?.id as string, 'ben')).toBe('asked')
  await stopped(db)
  await free()
  await expect.poll(other.said, PATIENCE).toBe('cancelled')
  expect(await indexes(db)).toEqual([])
  expect(await operator.runs()).toMatchObject([
    { id: going?.id, status: 'cancelled', actor: { name: 'ann' } },
  ])
  expect(await store.ledger.list('cancel')).toEqual([])
  const audit = await store.ledger.list<{ event: string; detail: string }>('audit')
  expect(audit.map((e) => e.value)).toContainEqual(
    expect.objectContaining({ event: 'cancel-asked', detail: 'by ben' }),
  )
  await expect(operator.cancel(going?.id as string)).rejects.toThrow('has ended: cancelled')
})

it('pgtend runs cancel waits until it has ended, by the beginning of its id', async () => {
  const { db, free } = await held()
  const { operator, storePath } = await operate(db.url)
  await elsewhere(db, storePath)
  const [going] = await operator.runs()
  const { io, out, err } = testIo()
  const args = ['runs', 'cancel', String(going?.id).slice(0, 8), '--store', storePath]
  const cancelling = cli(args, io)
  await stopped(db)
  await free()
  expect([await cancelling, err()]).toEqual([0, ''])
  expect(out()).toContain('cancelled')
  const again = testIo()
  expect(await cli(args, again.io)).toBe(2)
  expect(again.err()).toContain('has ended')
})

it('says that the process is gone when it is, and the next start ends the run', async () => {
  const { db, free } = await held()
  const lease = 1_500
  const { operator, storePath } = await operate(db.url, { lease })
  const other = await elsewhere(db, storePath, lease)
  const [going] = await operator.runs()
  other.child.kill('SIGKILL')
  await once(other.child, 'close')
  const { io, err } = testIo()
  expect(await cli(['runs', 'cancel', String(going?.id), '--store', storePath], io)).toBe(4)
  expect(err()).toContain('The process that ran it is gone')
  // Asked for before: whoever takes it over ends what the server still works on.
  const recovering = operator.recover()
  await stopped(db)
  await free()
  const [ended] = await recovering
  expect(ended).toMatchObject({ id: going?.id, status: 'interrupted' })
  expect(await indexes(db)).toEqual([])
})

it('refuses what is no run', async () => {
  const { db } = await held()
  const { operator, act } = await operate(db.url)
  await expect(operator.cancel('nonsense')).rejects.toMatchObject({ code: 'unknown-run' })
  const { run } = await act('analyze', { table: 'orders' })
  await expect(operator.cancel(run.id, PERSON.name)).rejects.toMatchObject({ code: 'unknown-run' })
})
