import { describe, expect, it, onTestFinished } from 'vitest'
import { operate, PERSON } from '../../test/operate.ts'
import { freshDatabase, LATEST, majors } from '../../test/servers.ts'

async function withSession(major = LATEST, application = 'web') {
  const db = await freshDatabase(major)
  onTestFinished(() => db.drop())
  const client = await db.client()
  await client.query(`SET application_name = '${application}'`)
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
  const alive = async (pid = rows[0].pid) =>
    (await db.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid])).length === 1
  return { db, client, pid: rows[0].pid as number, alive }
}

describe.each(majors)('terminate-backend on PostgreSQL %i', (major) => {
  it('ends the session that was meant and sees that it is gone', async () => {
    const { db, client, pid, alive } = await withSession(major)
    await client.query('BEGIN')
    await client.query('CREATE TABLE t (a int)')
    const { act } = await operate(db.url)
    const { plan, run } = await act('terminate-backend', { pid })
    expect(plan.hits).toMatchObject([{ pid, application: 'web', state: 'idle in transaction' }])
    expect(run).toMatchObject({ status: 'done', verification: { ok: true } })
    expect(await alive()).toBe(false)
    expect(await db.query(`SELECT to_regclass('t') AS t`)).toEqual([{ t: null }])
  })
})

describe('another session under the same pid', () => {
  it('is not hit: the statement compares the start of the session too', async () => {
    const { db, pid, alive } = await withSession()
    const { operator } = await operate(db.url)
    const plan = await operator.plan('db', 'terminate-backend', { pid })
    const [step] = plan.steps
    const values = [pid, '2020-01-01T00:00:00.000000Z']
    expect(await db.query(step?.sql as string, values)).toEqual([])
    expect(await alive()).toBe(true)
  })

  it('can not be planned for when the start that was seen is another', async () => {
    const { db, pid } = await withSession()
    const { operator } = await operate(db.url)
    const input = { pid, backend_start: '2020-01-01T00:00:00.000000Z' }
    await expect(operator.plan('db', 'terminate-backend', input)).rejects.toThrow('has ended')
  })

  it('makes the approved plan void', async () => {
    const { db, client, pid, alive } = await withSession()
    const { operator } = await operate(db.url)
    const plan = await operator.plan('db', 'terminate-backend', { pid })
    await client.end()
    const other = await withSession()
    const approval = { hash: plan.hash, actor: PERSON }
    const input = { pid: other.pid }
    await expect(operator.run('db', 'terminate-backend', input, approval)).rejects.toMatchObject({
      code: 'plan-changed',
    })
    expect(await alive(other.pid)).toBe(true)
    await expect(operator.run('db', 'terminate-backend', { pid }, approval)).rejects.toMatchObject({
      code: 'cannot-plan',
    })
  })
})

describe('protected sessions', () => {
  it('can not be planned: pgtend itself', async () => {
    const { db, pid } = await withSession(LATEST, 'pgtend')
    const { operator } = await operate(db.url)
    await expect(operator.plan('db', 'terminate-backend', { pid })).rejects.toThrow('protected: it is pgtend')
  })

  it("can not be planned: the server's own processes", async () => {
    const { db } = await withSession()
    const [checkpointer] = await db.query(
      `SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'`,
    )
    const { operator } = await operate(db.url)
    await expect(
      operator.plan('db', 'terminate-backend', { pid: checkpointer?.pid as number }),
    ).rejects.toThrow('protected')
  })
})

it('is refused to a role that may not signal, and told which it needs', async () => {
  const { db, pid, alive } = await withSession()
  const { act } = await operate(db.monitorUrl)
  const { run } = await act('terminate-backend', { pid })
  expect(run).toMatchObject({ status: 'refused', error: expect.stringContaining('pg_signal_backend') })
  expect(await alive()).toBe(true)
})

it('can not be planned by a role that does not see when the session began', async () => {
  const { db, pid } = await withSession()
  const { operator } = await operate(db.blindUrl)
  await expect(operator.plan('db', 'terminate-backend', { pid })).rejects.toThrow('pg_monitor')
})
