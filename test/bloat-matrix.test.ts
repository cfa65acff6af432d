/** Estimated bloat against the SQL pack's estimate and against pgstattuple's truth, on tables of many shapes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { measureBloat } from '../src/maintenance/bloat.ts'
import { openActionSession } from '../src/postgres/action-session.ts'
import { parseUrl } from '../src/postgres/url.ts'
import { type Look, look, lookUntil, run } from './observe.ts'
import { freshDatabase, LATEST, majors, type TestDatabase } from './servers.ts'
import { changePack, rowsOf } from './sql-pack.ts'

/** Rows of each table, so that it takes well over 1 MiB. */
const ROWS = 30_000
const MANY = 60_000
/**
 * What an estimate may be off by, out of the size. From what rewriting gives back: the planner's sample, and the end of each
 * page. From what pgstattuple says of tables: it counts the pointers of rows that are gone, 4 bytes of 36 in the narrowest.
 * From what pgstatindex says of B-trees: too much only by the sample; too little where several columns are mostly null at once,
 * which are stored once and are not known to be the same.
 */
const ERROR = { rewritten: 0.05, table: 0.11, indexOver: 0.03, indexUnder: 0.13 }

/** `$n` rows; narrow ones need more. */
const SHAPES: Readonly<Record<string, string>> = {
  narrow: 'SELECT i::int AS k FROM generate_series(1, $n) i',
  wide: `SELECT i AS k, repeat(md5(i::text), 1 + i % 20) AS w FROM generate_series(1, $n) i`,
  aligned: `SELECT i % 2 = 0 AS f, i::bigint AS k, (i % 7)::smallint AS s, now() AS t, i % 3 = 0 AS g, i::float8 AS d FROM generate_series(1, $n) i`,
  nulls: `SELECT i AS k, CASE WHEN i % 2 = 0 THEN md5(i::text) END AS m, CASE WHEN i % 10 = 0 THEN i::bigint END AS b, NULL::int AS n FROM generate_series(1, $n) i`,
  all_null: `SELECT i AS k, NULL::bigint AS a, NULL::text AS b FROM generate_series(1, $n) i`,
  toasted: `SELECT i AS k, CASE WHEN i % 50 = 0 THEN (SELECT string_agg(md5((i * j)::text), '') FROM generate_series(1, 150) j) ELSE repeat('y', 40) END AS t FROM generate_series(1, $n) i`,
  jsons: `SELECT i AS k, jsonb_build_object('id', i, 'name', md5(i::text)) AS j, gen_random_uuid() AS u FROM generate_series(1, $n) i`,
  numbers: `SELECT i AS k, (i * 1.37)::numeric AS n, i::numeric AS m, 'x' || i AS t FROM generate_series(1, $n) i`,
  few: `SELECT i AS k, i % 20 AS c FROM generate_series(1, $n) i`,
}
/** What happens to the rows: none, most deleted at random, some in blocks, all updated once. */
const FATES: Readonly<Record<string, string | null>> = {
  kept: null,
  thinned: 'DELETE FROM $t WHERE hashint4(k::int) % 10 <> 0',
  halved: 'DELETE FROM $t WHERE k < $n / 2',
  updated: 'UPDATE $t SET k = k',
}
const NARROW = new Set(['narrow', 'few', 'all_null'])
const rowsOfShape = (shape: string): number => (NARROW.has(shape) ? MANY : ROWS)

const names = Object.keys(SHAPES).flatMap((shape) =>
  Object.keys(FATES).flatMap((fate) =>
    (fate === 'kept' || fate === 'thinned' ? [100, 60] : [100]).map((fill) => ({
      ...{ name: `${shape}_${fate}_${fill}`, shape, fate, fill },
    })),
  ),
)

async function plant(db: TestDatabase): Promise<void> {
  const statements = names.flatMap(({ name, shape, fill }) => [
    `CREATE TABLE ${name} WITH (autovacuum_enabled = off, fillfactor = ${fill}) AS ${SHAPES[shape]?.replace('$n', String(rowsOfShape(shape)))}`,
    `CREATE INDEX ${name}_k ON ${name} (k)`,
    ...(shape === 'few' ? [`CREATE INDEX ${name}_c ON ${name} (c)`] : []),
    ...(shape === 'nulls' ? [`CREATE INDEX ${name}_m ON ${name} (m, b)`] : []),
    ...(shape === 'wide' ? [`CREATE INDEX ${name}_e ON ${name} (lower(left(w, 32)))`] : []),
  ])
  await run(db.url, ...statements)
  await run(
    db.url,
    ...names.flatMap(
      ({ name, shape, fate }) =>
        FATES[fate]?.replace('$t', name).replace('$n', String(rowsOfShape(shape))) ?? [],
    ),
  )
  // In a session of its own: what the changes counted is sent when theirs ends, and VACUUM starts from there.
  await run(db.url, 'VACUUM ANALYZE')
}

// The storage format is the same in all: the oldest and the newest show it.
describe.each([...new Set([majors[0] ?? LATEST, LATEST])])('PostgreSQL %i', (major) => {
  let db: TestDatabase
  let seen: Look
  const truth = new Map<string, { readonly bloat: number; readonly size: number }>()
  const pack = new Map<string, Record<string, unknown>>()

  beforeAll(async () => {
    db = await freshDatabase(major)
    await db.query('CREATE EXTENSION pgstattuple')
    await plant(db)
    await changePack(db.url, { task: 'install' })
    seen = await lookUntil(
      () => look(db.url),
      (s) => s.rows('table-bloat').every((t) => t.confidence === 'high'),
    )
    const session = await openActionSession(parseUrl(db.url, {}))
    const { rows, unknown } = await measureBloat((work) => session.read(work), { least: 0, most: 1000 })
    await session.close()
    expect(unknown).toEqual([])
    for (const r of rows) truth.set(r.index ?? r.table, r)
    const estimated = `SELECT table_name AS name, expected_bytes::float8 AS expected, note FROM pgtend.table_bloat_analysis
      UNION ALL SELECT index_name, expected_bytes::float8, note FROM pgtend.index_bloat_analysis`
    for (const r of await rowsOf(db.url, estimated)) pack.set(String(r.name), r)
  }, 300_000)
  afterAll(() => db?.drop())

  const estimates = () =>
    [
      ...seen.rows('table-bloat').map((t) => ({ ...t, name: String(t.table), index: false })),
      ...seen.rows('index-bloat').map((i) => ({ ...i, name: String(i.index), index: true })),
    ] as unknown as readonly {
      name: string
      index: boolean
      size: number
      expected: number
      bloat: number
      ratio: number
      confidence: string
    }[]

  test('pgtend and its SQL pack say the same of every table and index', () => {
    expect(estimates().length).toBeGreaterThan(names.length * 1.3)
    for (const e of estimates()) {
      const other = pack.get(e.name)
      expect([e.name, e.confidence, other?.note]).toEqual([e.name, 'high', null])
      // PostgreSQL keeps shares of nulls as float4; a page is what rounding may differ by.
      expect(Math.abs(e.expected - Number(other?.expected)), e.name).toBeLessThanOrEqual(8192)
    }
  })

  /** Everything that is off by more than it may, the worst first. */
  const off = (all: readonly { name: string; error: number }[], over: number, under = over) =>
    all
      .filter(({ error }) => !(error <= over && error >= -under))
      .toSorted((a, b) => Math.abs(b.error) - Math.abs(a.error))
  const against = (index: boolean) =>
    estimates()
      .filter((e) => e.index === index)
      .map((e) => ({ name: e.name, error: e.ratio - (truth.get(e.name)?.bloat ?? Number.NaN) }))

  test('what is estimated of tables is what pgstattuple measures', () => {
    expect(off(against(false), ERROR.table)).toEqual([])
  })

  test('what is estimated of B-trees is what pgstatindex measures', () => {
    expect(off(against(true), ERROR.indexOver, ERROR.indexUnder)).toEqual([])
  })

  test('what is estimated is what rewriting gives back', async () => {
    await db.query('VACUUM FULL')
    const sizes = await db.query(
      `SELECT relname AS name, pg_relation_size(oid)::float8 AS size FROM pg_class WHERE relnamespace = 'public'::regnamespace`,
    )
    const after = new Map(sizes.map((r) => [r.name, r.size as number]))
    const saved = estimates().map((e) => ({
      name: e.name,
      index: e.index,
      error: e.ratio - Math.max(0, 1 - (after.get(e.name) ?? Number.NaN) / e.size),
    }))
    expect(
      off(
        saved.filter((e) => !e.index),
        ERROR.rewritten,
      ),
    ).toEqual([])
    expect(
      off(
        saved.filter((e) => e.index),
        ERROR.indexOver,
        ERROR.indexUnder,
      ),
    ).toEqual([])
  })
})
