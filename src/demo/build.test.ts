import { afterAll, beforeAll, expect, test } from 'vitest'
import { freshDatabase, LATEST, serverUrl, type TestDatabase } from '../../test/servers.ts'
import { buildDatabase } from './build.ts'
import { asAdmin } from './database.ts'
import { ROLES } from './roles.ts'
import { TABLE_ROWS, tableSizes } from './sizes.ts'

const BASE = new Date('2026-11-01T09:30:00Z')
const SCALE = 0.02
const tables = Object.keys(TABLE_ROWS)
const databases: TestDatabase[] = []

async function built(seed: number, onProgress?: (p: { done: number }) => void): Promise<TestDatabase> {
  const database = await freshDatabase(LATEST)
  databases.push(database)
  await buildDatabase(database.url, { scale: SCALE, seed, base: BASE, ...(onProgress ? { onProgress } : {}) })
  return database
}

/** Of every value of every row, whatever the order. */
async function fingerprint(database: TestDatabase): Promise<Record<string, unknown>> {
  const sums = tables.map((t) => `(select sum(hashtextextended(t::text, 0)) from ${t} t) as ${t}`)
  const [row] = await database.query(`select ${sums}`)
  return row ?? {}
}

let database: TestDatabase
const progress: number[] = []

beforeAll(async () => {
  await asAdmin(serverUrl(LATEST), async (client) => {
    for (const sql of ROLES) await client.query(sql)
  })
  database = await built(7, (p) => progress.push(p.done))
}, 120_000)
afterAll(() => Promise.all(databases.map((d) => d.drop())))

test('the full size is the one that WedSync has', () => {
  expect(tableSizes(1)).toEqual(TABLE_ROWS)
  expect(Math.min(...Object.values(tableSizes(0.0001)))).toBeGreaterThan(2)
})

test('every table has the rows of its scale', async () => {
  const [row] = await database.query(
    `select ${tables.map((t) => `(select count(*)::integer from ${t}) as ${t}`)}`,
  )
  expect(row).toEqual(tableSizes(SCALE))
})

test('the progress only grows, from 0 to 1', () => {
  expect(progress.at(0)).toBe(0)
  expect(progress.at(-1)).toBe(1)
  expect(progress).toEqual([...progress].sort((a, b) => a - b))
})

test('the same seed gives the same rows, another seed other rows', async () => {
  const first = await fingerprint(database)
  expect(await fingerprint(await built(7))).toEqual(first)
  const other = await fingerprint(await built(8))
  for (const table of tables) expect(other[table], table).not.toEqual(first[table])
}, 120_000)

test('the logs are a month that ends at the base, and nothing is newer', async () => {
  const [row] = await database.query(
    `select min(created_at) as first, max(created_at) as last, (select max(updated_at) from form_responses) as changed from activity_logs`,
  )
  expect(row?.last).toEqual(new Date('2026-11-01T09:00:00Z'))
  expect((row?.first as Date | undefined)?.getTime()).toBeLessThan(Date.UTC(2026, 9, 3))
  expect((row?.changed as Date | undefined)?.getTime()).toBeLessThanOrEqual(Date.UTC(2026, 10, 1, 9))
})

test('rows hang together: a response’s client is one of the form’s supplier, few suppliers have most', async () => {
  const [strangers] = await database.query(
    `select count(*)::integer as n from form_responses r join forms f on f.id = r.form_id join clients c on c.id = r.client_id
     where c.supplier_id <> f.supplier_id`,
  )
  expect(strangers).toEqual({ n: 0 })
  const [share] = await database.query(
    `select max(n) / sum(n) > 3.0 / count(*) as skewed from (select count(*) as n from api_usage_logs group by supplier_id) s`,
  )
  expect(share).toEqual({ skewed: true })
})

test('every foreign key is valid and has an index that begins with its columns', async () => {
  const keys = await database.query(
    `select conrelid::regclass::text as table, convalidated as valid, exists (
       select from pg_index i where i.indrelid = c.conrelid and i.indisvalid and i.indpred is null and i.indkey[0] = c.conkey[1]) as indexed
     from pg_constraint c where contype = 'f'`,
  )
  expect(keys).toHaveLength(16)
  for (const key of keys) expect(key).toMatchObject({ valid: true, indexed: true })
})

test('the next log row gets the next number, and nothing of the making is left', async () => {
  const [row] = await database.query(
    `insert into error_logs (level, service, message) values ('info', 'web', 'x') returning id::integer`,
  )
  expect(row).toEqual({ id: tableSizes(SCALE).error_logs + 1 })
  expect(await database.query(`select nspname from pg_namespace where nspname = 'seed'`)).toEqual([])
})
