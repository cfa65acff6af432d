import { afterAll, beforeAll, expect, test } from 'vitest'
import { freshDatabase, LATEST, type TestDatabase } from '../../test/servers.ts'
import { connect, type Session } from '../postgres/session.ts'
import { parseUrl } from '../postgres/url.ts'
import { parseConfig } from './config.ts'
import { observe } from './observe.ts'

let db: TestDatabase
let session: Session

beforeAll(async () => {
  db = await freshDatabase(LATEST)
  session = await connect(parseUrl(db.url, {}))
})
afterAll(async () => {
  await session?.close()
  await db?.drop()
})

test('one look asks for all that lookups want, however many batches it takes', async () => {
  await db.query(`DO $$ BEGIN FOR n IN 1..2300 LOOP
    EXECUTE format('CREATE SEQUENCE s%s AS integer', n); END LOOP; END $$`)
  await db.query(`SELECT setval('s2300', 2147480000)`)
  const { evaluation, costs } = await observe(session, { config: parseConfig({}), seconds: 0.1 })
  expect(evaluation.health.findings.map((f) => f.key)).toContain('sequence-near-end/sequence public.s2300')
  expect(evaluation.health.unknown.filter((u) => u.rule === 'sequence-near-end')).toEqual([])
  expect(costs.has('relations')).toBe(true)
})
