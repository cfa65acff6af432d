/** Tables that the platform or an extension made: counted, but no finding or advice about them. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { EmbeddedServer } from '../../src/embedded/server.ts'
import { adviseIndexes } from '../../src/optimizer/advise.ts'
import { parseUrl } from '../../src/postgres/url.ts'
import { start, tempFolder } from '../embedded.ts'
import { type Look, look, lookUntil, run } from '../observe.ts'
import { freshDatabase, majors, type TestDatabase } from '../servers.ts'
import { testShadow } from '../shadow.ts'

/** A table at which much is wrong, and a foreign key and a twin of an index beside it. */
const ill = (schema: string) => [
  `CREATE TABLE ${schema}.users (id int PRIMARY KEY, email text, parent int REFERENCES ${schema}.users) WITH (autovacuum_enabled = off)`,
  `INSERT INTO ${schema}.users SELECT n, n::text, n FROM generate_series(1, 20000) n`,
  `CREATE INDEX users_email ON ${schema}.users (email)`,
  `CREATE INDEX users_email2 ON ${schema}.users (email)`,
  `ANALYZE ${schema}.users`,
  `UPDATE ${schema}.users SET email = 'x'`,
]
const RULES = ['dead-rows', 'autovacuum-off', 'stale-statistics', 'unindexed-foreign-key']
const ADVICE = ['vacuum-table', 'drop-duplicate-index', 'index-foreign-key']

/** What is said of tables of the schema, by rule and advice. */
const saidOf = (seen: Look, schema: string): string[] =>
  [...RULES.map((rule) => seen.findings(rule)), ...ADVICE.map((advice) => seen.opportunities(advice))]
    .flat()
    .filter((f) => new RegExp(`\\b${schema}\\.`).test(f.subject))
    .map((f) => ('rule' in f ? f.rule : f.advice))
const EVERYTHING = [...RULES, ...ADVICE].sort()
const all = (seen: Look, schema: string) => [...new Set(saidOf(seen, schema))].sort()
const deadOf = (seen: Look, schema: string) => seen.rows('tables').find((t) => t.schema === schema)?.dead

describe('on Supabase', () => {
  const folder = tempFolder()
  const shadow = testShadow()
  let server: EmbeddedServer
  beforeAll(async () => {
    server = await start(folder.fresh())
    await run(server.url(), 'CREATE SCHEMA auth', ...ill('auth'), ...ill('public'))
  })
  afterAll(async () => {
    await server?.stop('immediate')
    folder.remove()
  })

  test('its schemas are left out, those of others are not, and sizes take in both', async () => {
    const see = () => look(server.url())
    const own = await lookUntil(see, (s) => all(s, 'auth').length === EVERYTHING.length)
    expect(all(own, 'auth')).toEqual(EVERYTHING)
    expect(own.rows('managed-tables')).toEqual([])

    await run(server.url(), 'CREATE ROLE supabase_admin')
    const hosted = await see()
    expect(all(hosted, 'auth')).toEqual([])
    expect(all(hosted, 'public')).toEqual(EVERYTHING)
    expect(hosted.rows('managed-tables')).toMatchObject([{ schema: 'auth', table: 'users', by: 'supabase' }])
    expect(deadOf(hosted, 'auth')).toBe(deadOf(hosted, 'public'))
    expect(hosted.rows('table-sizes').map((t) => t.schema)).toContain('auth')

    await run(server.url(), `CREATE SEQUENCE auth.used AS smallint START 32000; SELECT nextval('auth.used')`)
    expect((await see()).findings('sequence-near-end', 'sequence auth.used')).toHaveLength(1)
  })

  test('the optimizer makes and drops no index there', async () => {
    await run(server.url(), 'VACUUM ANALYZE auth.users', 'VACUUM ANALYZE public.users')
    const planner = await shadow().prepare({ spec: parseUrl(server.url(), {}) })
    // Of two shapes: texts that differ in the schema alone have one fingerprint.
    const entries = ['select id from auth.users', 'select count(*) from public.users'].map((text, n) => ({
      ...{ queryId: `${n}`, text: `${text} where parent = $1` },
      ...{ calls: 1000, seconds: 10, rows: 1000, blocks: 100_000 },
    }))
    try {
      const { schema, whatIf } = planner
      const advice = await adviseIndexes({ entries, window: 60, schema, whatIf })
      expect(advice.indexes.map(({ spec }) => spec.schema)).toEqual(['public'])
      expect(advice.drops.map(({ schema }) => schema)).toEqual(['public'])
      expect(advice.gaps.filter((g) => /platform/.test(g.reason)).map((g) => g.object)).toEqual([
        'auth.users',
      ])
    } finally {
      await planner.close()
    }
  })
})

describe.each(majors)('PostgreSQL %i', (major) => {
  let db: TestDatabase
  beforeEach(async () => {
    db = await freshDatabase(major)
  })
  afterEach(() => db.drop())
  const see = () => look(db.monitorUrl)

  test('a table of an extension, and one in the schema of an extension, is left out until it is no longer', async () => {
    await run(db.url, 'CREATE SCHEMA jobs', 'CREATE SCHEMA mine', ...ill('jobs'), ...ill('mine'))
    const before = await lookUntil(see, (s) => all(s, 'jobs').length + all(s, 'mine').length === 14)
    expect(all(before, 'jobs')).toEqual(EVERYTHING)

    for (const member of ['TABLE jobs.users', 'SCHEMA jobs']) {
      await run(db.url, `ALTER EXTENSION pg_stat_statements ADD ${member}`)
      const seen = await see()
      expect(all(seen, 'jobs')).toEqual([])
      expect(all(seen, 'mine')).toEqual(EVERYTHING)
      expect(seen.rows('managed-tables')).toMatchObject([{ schema: 'jobs', table: 'users', by: 'extension' }])
      await run(db.url, `ALTER EXTENSION pg_stat_statements DROP ${member}`)
    }
    expect(all(await see(), 'jobs')).toEqual(EVERYTHING)
  })
})
