import { describe, expect, it, onTestFinished } from 'vitest'
import { operate } from '../../test/operate.ts'
import { freshDatabase, LATEST, majors } from '../../test/servers.ts'

async function sleeping(major = LATEST) {
  const db = await freshDatabase(major)
  onTestFinished(() => db.drop())
  const client = await db.client()
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
  const pid = rows[0].pid as number
  const start = () => {
    const ended = client.query('SELECT pg_sleep(600)').then(
      () => 'finished',
      (error) => error.code as string,
    )
    const active = `SELECT FROM pg_stat_activity WHERE pid = ${pid} AND state = 'active' AND wait_event = 'PgSleep'`
    return { ended, running: expect.poll(() => db.query(active), { timeout: 10_000 }).toHaveLength(1) }
  }
  return { db, client, pid, start }
}

describe.each(majors)('cancel-backend on PostgreSQL %i', (major) => {
  it('cancels the statement and leaves the session', async () => {
    const { db, client, pid, start } = await sleeping(major)
    const { ended, running } = start()
    await running
    const { act } = await operate(db.url)
    const { run } = await act('cancel-backend', { pid })
    expect(run).toMatchObject({ status: 'done', verification: { ok: true } })
    expect(await ended).toBe('57014')
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })
})

it('can not be planned for a session that runs nothing', async () => {
  const { db, pid } = await sleeping()
  const { operator } = await operate(db.url)
  await expect(operator.plan('db', 'cancel-backend', { pid })).rejects.toThrow('terminate-backend')
})

it('leaves a later statement of the same session alone', async () => {
  const { db, pid, start } = await sleeping()
  const first = start()
  await first.running
  const { operator } = await operate(db.url)
  const { steps } = await operator.plan('db', 'cancel-backend', { pid })
  await db.query(`SELECT pg_cancel_backend(${pid})`)
  await first.ended
  const second = start()
  await second.running
  expect(await db.query(steps[0]?.sql as string, [...(steps[0]?.values ?? [])])).toEqual([])
  await db.query(`SELECT pg_cancel_backend(${pid})`)
  expect(await second.ended).toBe('57014')
})
