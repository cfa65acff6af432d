import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OptimizerApp, optimizerApp, plannerHome } from '../../../test/optimizer-app.ts'
import { freshDatabase, LATEST, type TestDatabase } from '../../../test/servers.ts'

let db: TestDatabase
let app: OptimizerApp
const home = plannerHome()

beforeAll(async () => {
  db = await freshDatabase(LATEST)
  app = optimizerApp([{ name: 'Shop', url: db.url }], home())
})
afterAll(async () => {
  await app?.stop()
  await db?.drop()
})

const rowsOf = async (table: string): Promise<readonly Record<string, unknown>[]> => {
  const { body } = await app.ask(`/api/facts/${table}`)
  return (body as { rows?: Record<string, unknown>[] }).rows ?? []
}

test('what was written into a statement is masked, whether it runs or is remembered', async () => {
  const session = new pg.Client({ connectionString: db.url })
  await session.connect()
  try {
    await session.query('create table vault (id int)')
    // pg_stat_statements replaces constants, but not those of utility statements.
    const remembered = async () => {
      await session.query(`comment on table vault is 'open sesame'`)
      return (await rowsOf('statement-texts')).map((row) => String(row.query).toLowerCase())
    }
    await expect.poll(remembered, { timeout: 30_000, interval: 300 }).toContain('comment on table vault is ?')
    await session.query(`select 'open sesame' as word`)
    await expect
      .poll(async () => (await rowsOf('activity')).map((row) => row.query), { timeout: 30_000 })
      .toContain('select ? as word')
    const answers = await Promise.all(['activity', 'statement-texts', 'session-texts'].map(rowsOf))
    expect(JSON.stringify(answers)).not.toContain('sesame')
  } finally {
    await session.end()
  }
})
