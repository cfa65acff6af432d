/** The file that pg_stat_statements keeps its texts in is lost while the server runs: they are NULL from then on. */
import { truncateSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { run } from '../src/cli/run.ts'
import { start, tempFolder } from './embedded.ts'
import { testIo } from './io.ts'
import { look } from './observe.ts'
import { majors } from './servers.ts'

const folder = tempFolder()
afterAll(() => folder.remove())

const COUNTED = `SELECT count(*) AS counted FROM generate_series(1, 1000)`

test.each(majors)('PostgreSQL %i: statements are counted and judged without their texts', async (major) => {
  const dataDir = folder.fresh()
  const server = await start(dataDir, { major })
  onTestFinished(() => server.stop('immediate'))
  const client = new pg.Client({ connectionString: server.url() })
  await client.connect()
  onTestFinished(() => client.end())
  await client.query('CREATE EXTENSION pg_stat_statements')
  await client.query(COUNTED)
  truncateSync(join(dataDir, 'pg_stat_tmp', 'pgss_query_texts.stat'))
  const textless = `SELECT queryid::text AS id FROM pg_stat_statements WHERE query IS NULL`
  const lost = new Set((await client.query(textless)).rows.map((row) => row.id))
  expect(lost.size).toBeGreaterThan(0)

  // What is written from now on leaves a hole of zero bytes before it.
  const seen = await look(server.url(), {}, () => client.query(COUNTED))
  expect(seen.tables.get('statement-texts')).toMatchObject({
    ...{
      ok: false,
      detail: expect.stringContaining('is damaged'),
      fix: 'SELECT pg_stat_statements_reset();',
    },
  })
  const ran = seen.rows('statement-rates').find((row) => lost.has(row.query_id))
  // Its session is still there, and tells its text.
  expect(ran).toMatchObject({ calls: 1, query: expect.stringContaining('AS counted') })
  expect(seen.tables.get('query-performance')).toMatchObject({ ok: true })

  const { io, out } = testIo()
  const code = await run(['check', server.url(), '--interval', '0.1'], io)
  expect([0, 1]).toContain(code)
  expect(out()).toMatch(/Queries {2,}/)
  expect(out()).not.toMatch(/null|undefined|NaN/)

  const doctor = testIo()
  await run(['doctor', server.url()], doctor.io)
  expect(doctor.out()).toContain('SELECT pg_stat_statements_reset();')

  await client.query('SELECT pg_stat_statements_reset()')
  const mended = await look(server.url(), {}, () => client.query(COUNTED))
  expect(mended.tables.get('statement-texts')).toMatchObject({ ok: true })
})
