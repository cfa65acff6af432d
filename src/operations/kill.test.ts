/** kill -9 of pgtend, of the server and of both, in the middle of each kind of action. */
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { acting, killHard } from '../../test/acting.ts'
import { start, tempFolder } from '../../test/embedded.ts'
import { hostile, quoted } from '../../test/hostile.ts'
import { operate, PERSON } from '../../test/operate.ts'
import { rowsOf } from '../../test/sql-pack.ts'
import { temporaryFolder } from '../../test/store.ts'
import type { Input } from '../core/action.ts'
import type { EmbeddedServer } from '../embedded/server.ts'
import type { AuditEvent } from './job.ts'

const LEASE = 1_500
const folder = tempFolder()
const dataDir = folder.fresh()
let server: EmbeddedServer

beforeAll(async () => {
  server = await start(dataDir)
})
afterAll(async () => {
  await server.stop('immediate')
  folder.remove()
})

const table = hostile('t')
const index = hostile('i')
const LOCK = `LOCK TABLE ${quoted(table)} IN SHARE UPDATE EXCLUSIVE MODE`
const WRITE = `INSERT INTO ${quoted(table)} VALUES (1, 1)`

/** Each with what somebody else does, so that it waits in the middle of its work. */
const KINDS: readonly [action: string, input: Input, meanwhile: string][] = [
  ['vacuum', { table }, LOCK],
  ['analyze', { table }, LOCK],
  ['vacuum-full', { table }, WRITE],
  ['reindex-concurrently', { index }, WRITE],
  ['create-index-concurrently', { table, columns: 'total' }, WRITE],
  ['drop-index', { index }, WRITE],
  ['drop-invalid-index', { index }, WRITE],
]

/** A database of its own with a bloated table and index under names that break careless quoting, and somebody at work. */
async function prepared(action: string, meanwhile: string) {
  const name = `d${Math.random().toString(36).slice(2)}`
  await rowsOf(server.url(), `CREATE DATABASE ${name}`)
  const url = server.url({ database: name })
  const sql = (text: string) => rowsOf(url, text)
  await sql(`CREATE EXTENSION pg_stat_statements; CREATE TABLE ${quoted(table)} (id int, total int) WITH (autovacuum_enabled = off);
    INSERT INTO ${quoted(table)} SELECT i, i FROM generate_series(1, 20000) i;
    CREATE INDEX ${quoted(index)} ON ${quoted(table)} (id); DELETE FROM ${quoted(table)} WHERE id % 2 = 0`)
  if (action === 'drop-invalid-index')
    await sql(
      `UPDATE pg_index SET indisvalid = false WHERE indrelid = (SELECT oid FROM pg_class WHERE relname = '${table.replaceAll("'", "''")}')`,
    )
  const other = new pg.Client({ connectionString: url, application_name: 'somebody' })
  other.on('error', () => {})
  await other.connect()
  onTestFinished(() => other.end().catch(() => {}))
  await other.query('BEGIN')
  await other.query(meanwhile)
  return { url, sql, other, storePath: join(temporaryFolder(), 'history.db') }
}

type Prepared = Awaited<ReturnType<typeof prepared>>

const untilItWaits = ({ sql }: Prepared) =>
  expect
    .poll(
      () =>
        sql(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'pgtend action'
          AND state = 'active' AND wait_event_type = 'Lock'`),
      { timeout: 20_000 },
    )
    .toHaveLength(1)

/** What is half dropped is dropped in the end. */
const drops = (action: string) => action.startsWith('drop-')

const indexes = ({ sql }: Prepared) =>
  sql(`SELECT c.relname AS name, i.indisvalid AS valid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1`)

/** How often the server has run statements of the action, since it was last started. */
async function timesRun({ sql }: Prepared, action: string): Promise<number> {
  const verbs = action.toUpperCase().split('-')
  const [row] =
    await sql(`SELECT coalesce(sum(calls), 0)::int AS n FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
    WHERE d.datname = current_database() AND query ~ '^${verbs[0]}'
      AND query !~ '^CREATE (TABLE|DATABASE|EXTENSION|INDEX ")'`)
  return row?.n as number
}

/** A pgtend that is started afterwards over the same history. */
async function nextStart({ url, storePath }: Prepared) {
  const next = await operate(url, { storePath, lease: LEASE })
  const events = async () =>
    (await next.store.ledger.list<AuditEvent>('audit')).map((e) => e.value.event).reverse()
  return { ...next, events, leases: () => next.store.ledger.list('lease') }
}

async function restartServer(): Promise<void> {
  await server.kill()
  server = await start(dataDir, { port: server.port })
}

describe.each(KINDS)('in the middle of %s', (action, input, meanwhile) => {
  it('pgtend is killed: the server ends it, the next start says so, and nothing runs twice', async () => {
    const at = await prepared(action, meanwhile)
    const child = acting(at.url, at.storePath, LEASE, action, input)
    await once(child.stdout as NodeJS.ReadableStream, 'data')
    await untilItWaits(at)
    await killHard(child)
    await at.other.query('COMMIT')
    const { operator, events, leases } = await nextStart(at)
    const [run] = await operator.recover()
    expect(run).toMatchObject({
      ...{ status: 'done', verification: { ok: true }, actor: { name: 'me' } },
      notices: [expect.stringContaining('the server finished it')],
    })
    expect(await events()).toEqual(['started', 'step', 'taken-over', 'verified', 'ended'])
    expect(await operator.recover()).toEqual([])
    expect(await leases()).toEqual([])
    expect(await timesRun(at, action)).toBe(1)
    expect((await indexes(at)).filter((i) => i.valid !== true)).toEqual([])
  })

  it('the server is killed: pgtend waits for it, cleans up and says what it found', async () => {
    const at = await prepared(action, meanwhile)
    const { operator, events, leases } = await nextStart(at)
    const { hash } = await operator.plan('db', action, input)
    const running = operator.run('db', action, input, { hash, actor: PERSON })
    await untilItWaits(at)
    await restartServer()
    const run = await running
    expect(run.status).toBe('interrupted')
    expect(run.error).toContain('cut off')
    expect((await events()).slice(-1)).toEqual(['ended'])
    expect(await leases()).toEqual([])
    expect((await indexes(at)).filter((i) => i.valid !== true)).toEqual([])
    // The rest of an index that was half dropped is dropped.
    expect(await timesRun(at, action)).toBe(drops(action) ? 1 : 0)
    if (drops(action)) return
    const again = await operator.plan('db', action, input)
    expect(await operator.run('db', action, input, { hash: again.hash, actor: PERSON })).toMatchObject({
      ...{ status: 'done', verification: { ok: true } },
    })
  })

  it('both are killed: the next start finds the server as it is after its recovery', async () => {
    const at = await prepared(action, meanwhile)
    const child = acting(at.url, at.storePath, LEASE, action, input)
    await once(child.stdout as NodeJS.ReadableStream, 'data')
    await untilItWaits(at)
    await Promise.all([killHard(child), restartServer()])
    const { operator, events, leases } = await nextStart(at)
    const [run] = await operator.recover()
    expect(run).toMatchObject({
      status: 'interrupted',
      // What was half dropped is dropped now: that was wanted.
      verification: { ok: drops(action) },
    })
    expect(await events()).toContain('taken-over')
    expect(await leases()).toEqual([])
    expect((await indexes(at)).filter((i) => i.valid !== true)).toEqual([])
    expect(await timesRun(at, action)).toBe(drops(action) ? 1 : 0)
  })

  it('a person cancels it: the statement is cancelled on the server, and nothing is left', async () => {
    const at = await prepared(action, meanwhile)
    const { operator, events, leases } = await nextStart(at)
    const { hash } = await operator.plan('db', action, input)
    const stop = new AbortController()
    const running = operator.run('db', action, input, { hash, actor: PERSON }, { signal: stop.signal })
    await untilItWaits(at)
    stop.abort()
    // Cleaning up may wait for the same session that it waited for.
    await sleep(1_000)
    await at.other.query('ROLLBACK')
    expect(await running).toMatchObject({ status: 'cancelled' })
    expect(await events()).toContain('step-failed')
    expect(await leases()).toEqual([])
    expect((await indexes(at)).filter((i) => i.valid !== true)).toEqual([])
  })
})
