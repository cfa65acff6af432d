import { describe, expect, it, onTestFinished } from 'vitest'
import { hostile, quoted } from '../../test/hostile.ts'
import { NO_LIMITS, operate } from '../../test/operate.ts'
import { freshDatabase, LATEST, majors } from '../../test/servers.ts'

const table = hostile('t')

async function bloated(major = LATEST, rows = 20_000) {
  const db = await freshDatabase(major)
  onTestFinished(() => db.drop())
  await db.query(`CREATE TABLE ${quoted(table)} (id int, note text) WITH (autovacuum_enabled = off)`)
  await db.query(`INSERT INTO ${quoted(table)} SELECT i, repeat('x', 100) FROM generate_series(1, ${rows}) i`)
  await db.query(`DELETE FROM ${quoted(table)} WHERE id > 100`)
  return db
}

describe.each(majors)('vacuum-full on PostgreSQL %i', (major) => {
  it('gives the empty room back to the disk', async () => {
    const db = await bloated(major)
    const { act } = await operate(db.url)
    const { plan, run } = await act('vacuum-full', { table })
    expect(run).toMatchObject({ status: 'done', verification: { ok: true } })
    expect(run.verification?.after.size).toBeLessThan((plan.before.size ?? 0) / 10)
    expect(await db.query(`SELECT count(*)::int AS n FROM ${quoted(table)}`)).toEqual([{ n: 100 }])
  })
})

it('gives up at once when somebody uses the table, so that nobody queues behind it', async () => {
  const db = await bloated(LATEST, 200)
  const reader = await db.client()
  await reader.query('BEGIN')
  await reader.query(`SELECT count(*) FROM ${quoted(table)}`)
  const { act } = await operate(db.url)
  const { run } = await act('vacuum-full', { table })
  expect(run).toMatchObject({ status: 'failed', verification: { ok: false } })
  expect(run.error).toContain('another session holds a lock')
})

it('needs a word on the room when the copy is large and nothing tells the limit', async () => {
  const db = await bloated(LATEST, 200)
  const { operator } = await operate(db.url, {
    context: () => ({ at: Date.now(), limits: { ...NO_LIMITS, storage: 1024 } }),
  })
  const plan = await operator.plan('db', 'vacuum-full', { table })
  expect(plan.preconditions).toContainEqual(expect.objectContaining({ name: 'disk space', holds: false }))
})
