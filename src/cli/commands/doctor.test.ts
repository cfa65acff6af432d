import { afterAll, beforeAll, expect, test } from 'vitest'
import { testIo } from '../../../test/io.ts'
import { freshDatabase, LATEST, type TestDatabase } from '../../../test/servers.ts'
import { run } from '../run.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await freshDatabase(LATEST)
})
afterAll(() => database.drop())

const doctor = async (url: string) => {
  const { io, out } = testIo()
  const code = await run(['doctor', url, '--json'], io)
  return { code, ...(JSON.parse(out()) as { blind: { reason: string; tables: string[]; fix?: string }[] }) }
}

/** What takes the planner's statistics, which pg_monitor does not show. */
const WITHOUT_DATA = {
  code: 1,
  blind: [
    {
      tables: expect.arrayContaining(['column-widths', 'table-bloat', 'index-bloat']),
      fix: 'GRANT pg_read_all_data TO pgtend_monitor;',
    },
  ],
}

test('the monitoring role with the extension sees everything but bloat, a superuser that too', async () => {
  expect(await doctor(database.monitorUrl)).toMatchObject(WITHOUT_DATA)
  expect(await doctor(database.url)).toMatchObject({ code: 0, blind: [] })
})

test('what its fix says is what makes a missing extension visible', async () => {
  await database.query('DROP EXTENSION pg_stat_statements')
  const before = await doctor(database.monitorUrl)
  expect(before.code).toBe(1)
  const spot = before.blind.find((b) => b.tables.includes('statements'))
  expect(spot).toMatchObject({ reason: 'missing', fix: expect.stringContaining('CREATE EXTENSION') })
  await database.query(spot?.fix ?? '')
  expect(await doctor(database.monitorUrl)).toMatchObject(WITHOUT_DATA)
})

test('a role without grants is told the one grant', async () => {
  const { code, blind } = await doctor(database.blindUrl)
  expect(code).toBe(1)
  const grant = blind.filter((b) => b.fix?.includes('pg_monitor'))
  expect(grant).toHaveLength(1)
  expect(grant[0]?.tables).toContain('connections')
})

test('for people: who one is, what is hidden and the fix', async () => {
  const { io, out } = testIo()
  expect(await run(['doctor', database.blindUrl], io)).toBe(1)
  expect(out()).toContain('as pgtend_blind (no predefined role)')
  expect(out()).toMatch(/hides .*activity/)
  expect(out()).toMatch(/^ {2}GRANT pg_monitor TO "?pgtend_blind"?;?$/m)
})
