import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { operate, PERSON } from '../../test/operate.ts'
import { freshDatabase, LATEST, majors } from '../../test/servers.ts'
import type { Run } from '../core/action.ts'
import { AppError } from '../core/errors.ts'

async function withTable(major = LATEST) {
  const db = await freshDatabase(major)
  onTestFinished(() => db.drop())
  await db.query('CREATE TABLE orders (id int) WITH (autovacuum_enabled = off)')
  await db.query('INSERT INTO orders SELECT generate_series(1, 1000)')
  return db
}

describe('may it run', () => {
  it('only plans where actions are not allowed', async () => {
    const db = await withTable()
    const { operator } = await operate(db.url, { allow: false })
    const { hash } = await operator.plan('db', 'vacuum', { table: 'orders' })
    const approval = { hash, actor: PERSON }
    await expect(operator.run('db', 'vacuum', { table: 'orders' }, approval)).rejects.toMatchObject({
      code: 'not-allowed',
    })
    expect(await operator.runs()).toEqual([])
  })

  it('does not run what was not approved', async () => {
    const db = await withTable()
    const { operator } = await operate(db.url)
    const { hash } = await operator.plan('db', 'vacuum', { table: 'orders' })
    const approval = { hash, actor: PERSON }
    const input = { table: 'orders', freeze: true }
    await expect(operator.run('db', 'vacuum', input, approval)).rejects.toMatchObject({
      code: 'plan-changed',
    })
  })

  it.each([
    ['nonsense', {}, 'unknown-action'],
    ['vacuum', {}, 'bad-request'],
    ['vacuum', { table: 5 }, 'bad-request'],
    ['vacuum', { table: 'a\0b' }, 'bad-request'],
    ['vacuum', { tabel: 'orders' }, 'bad-request'],
    ['vacuum', { table: 'nothing' }, 'cannot-plan'],
    ['vacuum', { table: 'pg_class', schema: 'pg_catalog' }, 'cannot-plan'],
    ['terminate-backend', { pid: 2 ** 40 }, 'cannot-plan'],
    ['terminate-backend', { pid: 0.5 }, 'cannot-plan'],
  ] as const)('refuses %s of %o', async (action, input, code) => {
    const db = await withTable()
    const { operator } = await operate(db.url)
    await expect(operator.plan('db', action, input)).rejects.toMatchObject({ code })
  })
})

describe('what a step leaves', () => {
  it('waits for a lock no longer than the plan says', async () => {
    const db = await withTable()
    const holder = await db.client()
    await holder.query('BEGIN')
    await holder.query('LOCK orders IN ACCESS SHARE MODE')
    const { act } = await operate(db.url)
    const { plan, run } = await act('vacuum-full', { table: 'orders' })
    expect(plan.steps[0]?.lockTimeout).toBeLessThan(5_000)
    expect(run.status).toBe('failed')
    expect(run.endedAt).toBeDefined()
  })

  it('cancels on the server what is cancelled here, and keeps the run', async () => {
    const db = await withTable()
    const writer = await db.client()
    await writer.query('BEGIN')
    await writer.query('INSERT INTO orders VALUES (1)')
    const { operator } = await operate(db.url)
    const input = { table: 'orders', columns: 'id' }
    const { hash } = await operator.plan('db', 'create-index-concurrently', input)
    const seen: Run[] = []
    operator.subscribe((run) => seen.push(run))
    const started = await operator.start('db', 'create-index-concurrently', input, { hash, actor: PERSON })
    expect(started.status).toBe('running')
    await expect.poll(() => seen.at(-1)?.phase, { timeout: 15_000 }).toContain('waiting for writers')
    const [live] = await operator.runs()
    expect(live?.phase).toBeDefined()
    await operator.cancel(started.id)
    // The cancel is on its way; were the way free first, it would come too late.
    await sleep(1_000)
    await writer.query('ROLLBACK')
    await expect.poll(() => seen.at(-1)?.status, { timeout: 15_000 }).toBe('cancelled')
    const [kept] = await operator.runs()
    expect(kept).toMatchObject({ id: started.id, status: 'cancelled', actor: PERSON })
    expect(kept).not.toHaveProperty('owner')
    expect(await db.query(`SELECT FROM pg_index WHERE indrelid = 'orders'::regclass`)).toEqual([])
    await expect(operator.cancel(started.id)).rejects.toMatchObject({ code: 'unknown-run' })
  })

  it.each(majors)('runs and records on PostgreSQL %i in what order things were done', async (major) => {
    const db = await withTable(major)
    const { act, store } = await operate(db.url)
    const { run } = await act('analyze', { table: 'orders' })
    const audit = await store.ledger.list<Record<string, unknown>>('audit')
    expect(audit).toHaveLength(5)
    for (const { value } of audit)
      expect(value).toMatchObject({ run: run.id, action: 'analyze', actor: PERSON })
    expect(audit.find((e) => e.value.event === 'step')?.value.sql).toBe('ANALYZE public.orders')
  })
})

it('refuses a transaction pooler', async () => {
  const { operator } = await operate('postgres://app@127.0.0.1:1/db', {
    open: () => Promise.reject(new AppError('needs-direct', 'port 6543')),
  })
  await expect(operator.plan('db', 'vacuum', { table: 't' })).rejects.toMatchObject({ code: 'needs-direct' })
})
