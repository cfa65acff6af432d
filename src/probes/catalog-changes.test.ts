import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { one, readProbe } from '../../test/read-probe.ts'
import { freshDatabase, majors, type TestDatabase } from '../../test/servers.ts'
import catalogChanges from './catalog-changes.ts'

describe.each(majors)('PostgreSQL %i', (major) => {
  let db: TestDatabase
  beforeAll(async () => {
    db = await freshDatabase(major)
    await db.query('CREATE TABLE t (id int); CREATE SEQUENCE s')
  })
  afterAll(() => db?.drop())

  const token = async () => one(await readProbe(db.monitorUrl, catalogChanges)).token

  test.each([
    'CREATE INDEX t_id ON t (id)',
    'ALTER TABLE t ADD COLUMN note text',
    'ALTER INDEX t_id RENAME TO t_by_id',
    'DROP INDEX t_by_id',
    'ALTER TABLE t SET (fillfactor = 50)',
    'ALTER SEQUENCE s CYCLE',
  ])('%s changes the token', async (ddl) => {
    const before = await token()
    const client = await db.client()
    await client.query(ddl)
    // Counters are reported at the end of a session at the latest.
    await client.end()
    await expect.poll(token, { timeout: 20_000 }).not.toBe(before)
  })
})
