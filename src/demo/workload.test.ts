import { afterAll, beforeAll, expect, test } from 'vitest'
import { freshDatabase, LATEST, serverUrl, type TestDatabase } from '../../test/servers.ts'
import { buildDatabase } from './build.ts'
import { asAdmin } from './database.ts'
import { createRetention } from './retention.ts'
import { APPLICATIONS, ROLES } from './roles.ts'
import { createWorkload, type Workload } from './workload.ts'

let database: TestDatabase
let workload: Workload

beforeAll(async () => {
  await asAdmin(serverUrl(LATEST), async (client) => {
    for (const sql of ROLES) await client.query(sql)
  })
  database = await freshDatabase(LATEST)
  await buildDatabase(database.url, { scale: 0.1 })
  // Small tables are read in sequence otherwise, whatever indexes they have.
  await database.query(`alter database ${database.name} set enable_seqscan = off`)
  workload = await createWorkload((user) => {
    const url = new URL(database.url)
    url.username = user
    return url.href
  }, 100)
}, 120_000)
afterAll(async () => {
  await workload?.stop()
  await database?.drop()
})

test('its requests use every index that is there for reading', async () => {
  const unused = async () => {
    await workload.runAllOnce()
    return database.query(
      `select indexrelid::regclass::text as name from pg_index join pg_class t on t.oid = indrelid
       where relnamespace = 'public'::regnamespace and not indisunique and pg_stat_get_numscans(indexrelid) = 0`,
    )
  }
  await expect.poll(unused, { timeout: 30_000 }).toEqual([])
}, 60_000)

test('four applications move the statistics, and hardly anything fails', async () => {
  const transactions = async () => {
    const [row] = await database.query(
      `select xact_commit::integer as done, xact_rollback::integer as failed from pg_stat_database where datname = current_database()`,
    )
    return row as { done: number; failed: number }
  }
  const before = await transactions()
  workload.start()
  const applications = async () => {
    const rows = await database.query(
      `select distinct application_name as name from pg_stat_activity
       where datname = current_database() and usename = 'wedsync_' || application_name`,
    )
    return rows.map((row) => row.name).sort()
  }
  await expect.poll(applications, { timeout: 30_000 }).toEqual([...APPLICATIONS].sort())
  const committed = async () => (await transactions()).done - before.done
  await expect.poll(committed, { timeout: 60_000 }).toBeGreaterThan(200)
  expect((await transactions()).failed - before.failed).toBeLessThan(0.05 * (await committed()))
}, 120_000)

test('the rate can be changed, within limits', () => {
  workload.setRate(0)
  expect(workload.rate).toBe(0)
  for (const rate of [-1, 501, Number.NaN])
    expect(() => workload.setRate(rate)).toThrow(expect.objectContaining({ code: 'bad-request' }))
  expect(workload.rate).toBe(0)
})

test('retention removes as many of the oldest rows as were added', async () => {
  const retention = createRetention()
  const ids = async () =>
    (await database.query('select id::integer from email_logs order by created_at, id')).map((row) => row.id)
  const before = await ids()
  retention.added('email_logs')
  retention.added('email_logs')
  for (let n = 0; n < 2; n++)
    await retention.run({ sql: (text, values) => database.query(text, [...(values ?? [])]) })
  const after = await ids()
  expect(after).toEqual(before.slice(2))
})
