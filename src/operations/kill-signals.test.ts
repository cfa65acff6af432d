/** kill -9 of pgtend, and of the server, while a signal is on its way to a session that does not answer. */
import { once } from 'node:events'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { acting, killHard } from '../../test/acting.ts'
import { start, tempFolder } from '../../test/embedded.ts'
import { operate, PERSON } from '../../test/operate.ts'
import { rowsOf } from '../../test/sql-pack.ts'
import { temporaryFolder } from '../../test/store.ts'
import type { EmbeddedServer } from '../embedded/server.ts'

const LEASE = 1_500
const folder = tempFolder()
const dataDir = folder.fresh()
let server: EmbeddedServer

beforeAll(async () => {
  server = await start(dataDir)
  await rowsOf(server.url(), 'CREATE EXTENSION pg_stat_statements')
})
afterAll(async () => {
  await server.stop('immediate')
  folder.remove()
})

/** A session at work whose process is stopped, so that it does not answer a signal until it goes on. */
async function deaf() {
  const client = new pg.Client({ connectionString: server.url(), application_name: 'deaf' })
  client.on('error', () => {})
  await client.connect()
  const [{ pid } = {}] = (await client.query('SELECT pg_backend_pid() AS pid')).rows as { pid: number }[]
  const answer = client.query('SELECT pg_sleep(600)').then(
    () => 'done',
    (error: Error) => error.message,
  )
  const state = async () =>
    (await rowsOf(server.url(), 'SELECT state FROM pg_stat_activity WHERE pid = $1', [pid]))[0]?.state
  await expect.poll(state).toBe('active')
  process.kill(pid as number, 'SIGSTOP')
  const goOn = () => {
    try {
      process.kill(pid as number, 'SIGCONT')
    } catch {
      // It is gone.
    }
  }
  onTestFinished(async () => {
    goOn()
    await client.end().catch(() => {})
  })
  return { pid: pid as number, answer, goOn, state, storePath: join(temporaryFolder(), 'history.db') }
}

/** How often the server has run the signal, or runs it. */
async function signalled(name: string): Promise<number> {
  const [row] = await rowsOf(
    server.url(),
    `SELECT (SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE query LIKE $1 AND query LIKE '%FROM%pg_stat_activity%')
      + (SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pgtend action' AND wait_event = 'BackendTermination') AS n`,
    [`%pg_catalog.${name}(%`],
  )
  return Number(row?.n)
}

/** With what the application is told, its state afterwards, and what is known when the server went away meanwhile. */
const KINDS = [
  [
    ...(['cancel-backend', 'pg_cancel_backend', 'canceling statement due to user request', 'idle'] as const),
    // Told to end, and gone with the server before anybody could look.
    { ok: false, detail: expect.stringContaining('could not be measured') },
  ],
  [
    ...(['terminate-backend', 'pg_terminate_backend'] as const),
    ...(['terminating connection due to administrator command', undefined] as const),
    { ok: true },
  ],
] as const

describe.each(KINDS)('in the middle of %s', (action, signal, said, after, found) => {
  it('pgtend is killed: the signal arrives, once, and the next start says what came of it', async () => {
    await rowsOf(server.url(), 'SELECT pg_stat_statements_reset()')
    const at = await deaf()
    const child = acting(server.url(), at.storePath, LEASE, action, { pid: at.pid })
    await once(child.stdout as NodeJS.ReadableStream, 'data')
    await expect.poll(() => signalled(signal), { timeout: 20_000 }).toBe(1)
    await killHard(child)
    at.goOn()
    expect(await at.answer).toBe(said)
    await expect.poll(at.state, { timeout: 20_000 }).toBe(after)
    const { operator, store } = await operate(server.url(), { storePath: at.storePath, lease: LEASE })
    const [run] = await operator.recover()
    expect(run).toMatchObject({ status: 'done', verification: { ok: true }, actor: { name: 'me' } })
    expect(await operator.recover()).toEqual([])
    expect(await store.ledger.list('lease')).toEqual([])
    // One that was cut off with pgtend is not counted.
    expect(await signalled(signal)).toBeLessThanOrEqual(1)
  })

  it('the server is killed: the session is gone with it, and no other is signalled', async () => {
    const at = await deaf()
    const { operator, store } = await operate(server.url(), { storePath: at.storePath, lease: LEASE })
    const { hash } = await operator.plan('db', action, { pid: at.pid })
    const before = await signalled(signal)
    const running = operator.run('db', action, { pid: at.pid }, { hash, actor: PERSON })
    await expect.poll(() => signalled(signal), { timeout: 20_000 }).toBe(before + 1)
    const killed = server.kill()
    at.goOn()
    await killed
    server = await start(dataDir, { port: server.port })
    expect(await running).toMatchObject({ status: 'done', verification: found })
    expect(await store.ledger.list('lease')).toEqual([])
    expect(await signalled(signal)).toBe(0)
  })
})
