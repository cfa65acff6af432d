import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { freshDatabase, LATEST, majors, serverUrl } from '../../test/servers.ts'
import { openActionSession } from './action-session.ts'
import { parseUrl } from './url.ts'

async function opened(major = LATEST) {
  const db = await freshDatabase(major)
  const session = await openActionSession(parseUrl(db.url))
  onTestFinished(async () => {
    await session.close()
    await db.drop()
  })
  return { db, session }
}

const step = { sql: 'SELECT 1', transactional: true, timeout: 5_000, lockTimeout: 1_000 }

/** Passes all on, but tells another process id at the login, as a pooler does; lets in only so many clients. */
async function pooler(port: number, most: number): Promise<number> {
  let clients = 0
  const server = createServer((client) => {
    if (++clients > most) return client.destroy()
    const upstream = connect(port, '127.0.0.1')
    client.pipe(upstream)
    upstream.on('data', (chunk) => {
      const at = chunk.indexOf(Buffer.from([0x4b, 0, 0, 0, 12]))
      if (at >= 0) chunk.writeInt32BE(1, at + 5)
      client.write(chunk)
    })
    const end = () => {
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

describe.each(majors)('on PostgreSQL %i', (major) => {
  it('sets the timeouts of a step for as long as it lasts', async () => {
    const { session } = await opened(major)
    const sql = `SELECT current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock`
    for (const transactional of [true, false]) {
      const { rows } = await session.execute({ ...step, sql, transactional })
      expect(rows).toEqual([{ statement: '5s', lock: '1s' }])
    }
    await expect(session.execute({ ...step, sql: 'SELECT pg_sleep(9)', timeout: 50 })).rejects.toMatchObject({
      code: 'step-failed',
    })
    expect(await session.read((query) => query('SELECT 1::int8 AS one'))).toEqual([{ one: 1 }])
  })
})

it('reads without being able to write', async () => {
  const { session } = await opened()
  await expect(session.read((query) => query('CREATE TABLE t (a int)'))).rejects.toThrow('read-only')
})

it('is its own backend, told apart by when it began', async () => {
  const { db, session } = await opened()
  const [row] = await db.query(
    `SELECT application_name AS name FROM pg_stat_activity WHERE pid = $1 AND backend_start = $2::timestamptz`,
    [session.pid, session.backendStart],
  )
  expect(row).toEqual({ name: 'pgtend action' })
})

it('rolls back what failed, and goes on', async () => {
  const { db, session } = await opened()
  await expect(
    session.execute({ ...step, sql: 'CREATE TABLE t AS SELECT 1 / 0 AS a' }),
  ).rejects.toMatchObject({ code: 'step-failed', detail: expect.stringContaining('22012') })
  expect(await db.query(`SELECT to_regclass('t') AS t`)).toEqual([{ t: null }])
  expect((await session.execute(step)).rows).toHaveLength(1)
})

it('hears the warnings of VACUUM, whose command tag tells nothing', async () => {
  const { db } = await opened()
  await db.query('CREATE TABLE t (a int)')
  const session = await openActionSession(parseUrl(db.blindUrl))
  onTestFinished(() => session.close())
  const notices: string[] = []
  const vacuum = { ...step, sql: 'VACUUM t', transactional: false }
  await session.execute(vacuum, { onNotice: (text) => notices.push(text) })
  expect(notices.join()).toMatch(/WARNING: .*skipping/)
})

it('cancels what runs, before it begins and while it does', async () => {
  const { session } = await opened()
  const cancelled = { code: 'step-cancelled' }
  await expect(session.execute(step, { signal: AbortSignal.abort() })).rejects.toMatchObject(cancelled)
  const controller = new AbortController()
  const sleeping = session.execute(
    { ...step, sql: 'SELECT pg_sleep(60)', timeout: 60_000 },
    { signal: controller.signal },
  )
  setTimeout(() => controller.abort(), 300)
  await expect(sleeping).rejects.toMatchObject(cancelled)
  expect((await session.execute(step)).rows).toHaveLength(1)
})

it('says that the connection was lost when somebody ended it', async () => {
  const { db, session } = await opened()
  const sleeping = session.execute({ ...step, sql: 'SELECT pg_sleep(60)', timeout: 60_000 })
  setTimeout(() => void db.query('SELECT pg_terminate_backend($1)', [session.pid]), 300)
  await expect(sleeping).rejects.toMatchObject({ code: 'unreachable' })
  expect(session.open).toBe(false)
})

it('refuses a pooler whose mode can not be found out, and takes one that keeps sessions apart', async () => {
  const direct = parseUrl(`${serverUrl(LATEST)}?sslmode=disable`)
  const through = async (most: number) => ({ ...direct, port: await pooler(direct.port, most) })
  await expect(openActionSession(await through(1))).rejects.toMatchObject({ code: 'needs-direct' })
  const session = await openActionSession(await through(2))
  expect(session.open).toBe(true)
  await session.close()
})
