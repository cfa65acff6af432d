import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EmbeddedServer } from '../../src/embedded/server.ts'
import type { ConfigInput } from '../../src/monitor/config.ts'
import { start, tempFolder } from '../embedded.ts'
import { look, run } from '../observe.ts'

/** Ages are those of a whole server: nobody else is on it. */
const settings = { max_prepared_transactions: '2', autovacuum: 'off' }
const folder = tempFolder()
let server: EmbeddedServer
const see = (config: ConfigInput = {}) => look(server.url(), config)

beforeAll(async () => {
  server = await start(folder.fresh(), { settings })
})
afterAll(async () => {
  await server?.stop('immediate')
  folder.remove()
})

test('transaction ids run out until they are frozen', async () => {
  const LIMIT = 2 ** 31 - 3_000_000
  const age = Math.max(...(await see()).rows('databases').map((d) => d.xid_age as number))
  const config = {
    thresholds: { wraparound: { warning: (age + 2000) / LIMIT, critical: (age + 100_000) / LIMIT } },
  }
  expect((await see(config)).findings('wraparound')).toEqual([])
  await run(
    server.url(),
    'CREATE TABLE burnt (n int)',
    `DO $$ BEGIN FOR i IN 1..3000 LOOP
       BEGIN INSERT INTO burnt VALUES (i); EXCEPTION WHEN others THEN NULL; END;
     END LOOP; END $$`,
  )
  expect((await see(config)).findings('wraparound', 'database postgres')).toMatchObject([
    { severity: 'warning', evidence: { limit: LIMIT } },
  ])
  await run(server.url(), 'VACUUM (FREEZE)')
  expect((await see(config)).findings('wraparound', 'database postgres')).toEqual([])
})

test('those of a template too, which is shown nowhere else', async () => {
  const age = (xids: number) =>
    run(
      server.url(),
      `UPDATE pg_database SET datfrozenxid = ((txid_current() % 4294967296 - ${xids} + 4294967296) % 4294967296)::text::xid
        WHERE datname = 'template1'`,
    )
  expect((await see()).findings('wraparound')).toEqual([])
  await age(1_900_000_000)
  const seen = await see()
  expect(seen.findings('wraparound')).toMatchObject([{ subject: 'database template1', severity: 'critical' }])
  expect(seen.rows('databases').map((d) => d.database)).not.toContain('template1')
  await run(server.url({ database: 'template1' }), 'VACUUM')
  expect((await see()).findings('wraparound')).toEqual([])
})

test('freezing that a prepared transaction holds back is overdue, and it is named', async () => {
  const burn = `DO $$ BEGIN FOR i IN 1..60000 LOOP
       BEGIN INSERT INTO burnt VALUES (i); EXCEPTION WHEN others THEN NULL; END;
     END LOOP; END $$`
  const config = { thresholds: { 'horizon-held-back': { warning: 100_000 } } }
  const there = () => see(config)
  expect((await there()).findings('freeze-overdue')).toEqual([])
  await run(
    server.url(),
    'ALTER TABLE burnt SET (autovacuum_freeze_max_age = 100000)',
    'BEGIN',
    'INSERT INTO burnt VALUES (0)',
    `PREPARE TRANSACTION 'oldest'`,
    burn,
    burn,
    burn,
  )
  const held = { held_back_by: 'the prepared transaction oldest' }
  const seen = await there()
  expect(seen.findings('freeze-overdue')).toMatchObject([
    { subject: 'database postgres', severity: 'warning', evidence: { table: 'public.burnt' } },
  ])
  expect(seen.findings('horizon-held-back')).toMatchObject([
    { subject: 'prepared transaction oldest', severity: 'warning' },
  ])
  const rows = seen.rows('xmin-horizon')
  expect(rows[0]).toMatchObject({ holder: held.held_back_by, here: true, catalogs_only: false })
  await run(server.url(), `ROLLBACK PREPARED 'oldest'`, 'VACUUM (FREEZE) burnt')
  const after = await there()
  expect(after.findings('freeze-overdue')).toEqual([])
  expect(after.findings('horizon-held-back')).toEqual([])
})
