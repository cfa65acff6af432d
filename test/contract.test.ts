/** Every probe on every major, as the role that it is made for and as one without grants. A new file is covered at once. */
import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Outcome } from '../src/core/outcome.ts'
import type { Probe, ReadRows } from '../src/core/probe.ts'
import type { Flight } from '../src/postgres/flight.ts'
import { connect } from '../src/postgres/session.ts'
import { parseUrl } from '../src/postgres/url.ts'
import { probes } from '../src/probes/index.ts'
import { plain } from './read-probe.ts'
import { freshDatabase, majors, type TestDatabase } from './servers.ts'

type AnyRow = Readonly<Record<string, unknown>>
type Results = Flight['results']

/** One of each kind of relation, with names that break careless quoting. */
const SCHEMA = `
  CREATE SCHEMA "we""ird 📈";
  CREATE TABLE "we""ird 📈"."it's; -- a \\ tåble" (id int PRIMARY KEY, note text, CHECK (id > 0));
  CREATE INDEX "an ""index"" 🐘" ON "we""ird 📈"."it's; -- a \\ tåble" (lower(note)) WHERE id > 10;
  CREATE TABLE child (parent int REFERENCES "we""ird 📈"."it's; -- a \\ tåble", during tsrange,
    EXCLUDE USING gist (during WITH &&)) WITH (autovacuum_enabled = off);
  CREATE TABLE parts (id int, at date) PARTITION BY RANGE (at);
  CREATE TABLE parts_2026 PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
  CREATE INDEX ON parts (at);
  CREATE UNLOGGED TABLE fleeting (id int);
  CREATE MATERIALIZED VIEW summary AS SELECT count(*) FROM child;
  CREATE UNIQUE INDEX ON summary (count);
  CREATE TEMP TABLE mine (id int PRIMARY KEY);
  CREATE TABLE nothing ();
  CREATE TABLE large (id serial, small smallint GENERATED ALWAYS AS IDENTITY (INCREMENT -1), text text)
    WITH (autovacuum_enabled = off);
  INSERT INTO large (small, text) OVERRIDING SYSTEM VALUE SELECT 1, repeat('x', 100) FROM generate_series(1, 20000);
  CREATE INDEX ON large (id);
  INSERT INTO child SELECT NULL, tsrange(NULL, NULL);
  ANALYZE parts; ANALYZE large`

/** Probes that stand in for what is derived from them: every index is proposed for dropping, every foreign key lacks one, every statement ran, any table is large, and what has parameters is a neglected TOAST table. */
const DERIVED: Record<string, string> = {
  tables: 'relations',
  'unused-indexes': 'indexes',
  'unindexed-foreign-keys': 'foreign-keys',
  'statement-rates': 'statements',
  'neglected-toast': 'storage-parameters',
}

/** What a monitor would read so far. */
const readOf =
  (results: Results): ReadRows =>
  (table) => {
    const outcome = results.get(DERIVED[table] ?? table)?.outcome
    return outcome?.ok ? outcome.rows : []
  }

/** One flight of everything, then the lookups that its rows call for. */
async function readAll(url: string): Promise<Results> {
  const session = await connect(parseUrl(url, {}))
  try {
    const { results } = await session.flight(probes.filter((p) => !p.lookup).map((probe) => ({ probe })))
    const lookups = probes.flatMap((probe) =>
      probe.lookup ? [{ probe, values: probe.lookup.wants(readOf(results)) }] : [],
    )
    const found = await session.flight(lookups)
    return new Map([...results, ...found.results])
  } finally {
    await session.close()
  }
}

const TYPES: Record<string, (value: unknown) => boolean> = {
  text: (value) => typeof value === 'string',
  number: Number.isFinite,
  boolean: (value) => typeof value === 'boolean',
  // Milliseconds: seconds would be a day of January 1970.
  time: (value) => typeof value === 'number' && value > Date.UTC(2020) && value < Date.UTC(2100),
  list: (value) => Array.isArray(value),
}

/** Of a standby, or of a pooler: tested with one (src/probes/standby.test.ts, test/pooler-console.test.ts). */
const elsewhere = (probe: Probe): boolean => probe.on === 'standby' || probe.source === 'pooler'

/** Every way in which rows break the spec of their probe. */
function breaches(probe: Probe, rows: readonly AnyRow[]): string[] {
  const found: string[] = []
  const names = Object.keys(probe.columns)
  const labels = names.filter((name) => probe.columns[name]?.kind === 'label')
  const keys = new Set(rows.map((row) => JSON.stringify(labels.map((name) => row[name]))))
  if (probe.rows === 'one' ? rows.length !== 1 : keys.size !== rows.length)
    found.push(`${keys.size} keys of ${rows.length} rows`)
  for (const row of rows) {
    if (Object.keys(row).join() !== names.join()) found.push(`columns ${Object.keys(row)}`)
    for (const [name, column] of Object.entries(probe.columns)) {
      const value = row[name]
      if (value === null ? !column.optional : !TYPES[column.type]?.(value)) found.push(`${name} = ${value}`)
      // Only the estimate of rows may be below zero: -1 says that there is none.
      const least = name === 'tuples' ? -1 : 0
      if (typeof value === 'number' && value < least) found.push(`${name} = ${value}`)
    }
  }
  return [...new Set(found)]
}

function rowsOf(outcome: Outcome | undefined): readonly AnyRow[] {
  if (!outcome?.ok) throw new Error(`${outcome?.reason}: ${outcome?.detail}`)
  return outcome.rows.map(plain)
}

/** Which rows there are, and where they have no value. */
const shapes = (probe: Probe, rows: readonly AnyRow[]): string[] =>
  rows
    .map((row) =>
      Object.keys(row).map((name) =>
        row[name] === null || probe.columns[name]?.kind === 'label' ? row[name] : 'some',
      ),
    )
    .map((shape) => JSON.stringify(shape))
    .sort()

test('each file is a probe of its name, with a sentence about it and help for each column', () => {
  const folder = new URL('../src/probes/', import.meta.url)
  const files = readdirSync(folder).filter((f) => /^[a-z-]+\.ts$/.test(f) && f !== 'index.ts')
  expect(probes.map((probe) => `${probe.name}.ts`).sort()).toEqual(files.sort())
  for (const probe of probes) {
    expect(probe.doc, probe.name).toMatch(/^[A-Z].*\.$/)
    expect(probe.title, probe.name).toMatch(/^[A-Z].*[^.]$/)
    expect(probe.every === 'lookup', probe.name).toBe(probe.lookup !== undefined)
    for (const [name, column] of Object.entries(probe.columns)) {
      expect(name).toMatch(/^[a-z][a-z_]*$/)
      expect(column.help, `${probe.name}.${name}`).toMatch(/^\S.*[^.\s]$/)
    }
  }
})

describe.each(majors)('PostgreSQL %i', (major) => {
  let db: TestDatabase
  let monitor: Results
  let blind: Results
  /** For what pg_monitor may not see. */
  let superuser: Results

  beforeAll(async () => {
    db = await freshDatabase(major)
    await db.query(SCHEMA)
    // PostgreSQL 14 counts in a process of its own: what is read twice must have arrived before the first time.
    const arrived = "SELECT 1 WHERE pg_stat_get_last_analyze_time('large'::regclass) IS NOT NULL"
    await vi.waitUntil(async () => (await db.query(arrived)).length > 0, { timeout: 20_000 })
    const waiter = await db.client()
    await waiter.query('BEGIN; LOCK TABLE fleeting')
    // An idle session, whose last statement has an entry of its own.
    await (await db.client()).query('SELECT count(*) FROM pg_am')
    monitor = await readAll(db.monitorUrl)
    superuser = await readAll(db.url)
    blind = await readAll(db.blindUrl)
  })
  afterAll(() => db?.drop())

  test.each(probes.map((probe) => [probe.name, probe] as const))('%s', (name, probe) => {
    const needsMore = probe.needs === 'pg_read_all_data'
    if (needsMore)
      expect(monitor.get(name)?.outcome).toMatchObject({
        reason: 'denied',
        fix: 'GRANT pg_read_all_data TO pgtend_monitor;',
      })
    const outcome = (needsMore ? superuser : monitor).get(name)?.outcome
    if (elsewhere(probe)) expect(outcome).toMatchObject({ ok: false, reason: 'unsupported' })
    else expect(breaches(probe, rowsOf(outcome))).toEqual([])
  })

  test.each(probes.map((probe) => [probe.name, probe] as const))('%s without grants', (name, probe) => {
    const outcome = blind.get(name)?.outcome
    if (elsewhere(probe)) return expect(outcome).toMatchObject({ ok: false, reason: 'unsupported' })
    if (probe.needs !== 'any')
      return expect(outcome).toMatchObject({
        reason: 'denied',
        fix: expect.stringMatching(/^GRANT pg_(monitor|read_all_data) TO "?pgtend_blind"?;$/),
      })
    const rows = rowsOf(outcome)
    expect(breaches(probe, rows)).toEqual([])
    // Nothing is hidden: the same rows with values in the same places as with pg_monitor.
    if (probe.scope === 'database') {
      expect(shapes(probe, rows)).toEqual(shapes(probe, rowsOf(monitor.get(name)?.outcome)))
    }
  })

  test('lookups answer the keys that they were asked for', () => {
    for (const probe of probes) {
      if (!probe.lookup) continue
      const wanted = new Set(probe.lookup.wants(readOf(monitor)))
      const live = probe.lookup.live(readOf(monitor))
      const keys = rowsOf(monitor.get(probe.name)?.outcome).map(probe.lookup.key)
      expect(keys.length, probe.name).toBeGreaterThan(0)
      expect(
        keys.filter((key) => !live.has(key)),
        probe.name,
      ).toEqual([])
      // What is known isn't asked for again, unless all of it is read anew at each sweep.
      if (!probe.lookup.refresh)
        expect(
          keys.filter((key) => wanted.has(key)),
          probe.name,
        ).toEqual([])
    }
  })

  test('names come as they are, temporary and system relations not at all', () => {
    const names = rowsOf(monitor.get('table-names')?.outcome)
    expect(names).toContainEqual(
      expect.objectContaining({
        schema: 'we"ird 📈',
        name: "it's; -- a \\ tåble",
        kind: 'r',
        owner: 'postgres',
      }),
    )
    const indexes = rowsOf(monitor.get('index-definitions')?.outcome)
    expect(indexes).toContainEqual(expect.objectContaining({ name: 'an "index" 🐘', partitioned: false }))
    expect(names.filter((row) => /^pg_|^mine/.test(`${row.schema} ${row.name}`))).toEqual([])
    const oids = new Set(names.flatMap((row) => [row.oid, row.toast_oid]))
    const counted = rowsOf(monitor.get('relations')?.outcome)
    expect(counted.filter((r) => !oids.has(r.oid))).toEqual([])
    const tables = new Set(counted.map((r) => r.oid))
    expect(indexes.filter((row) => !tables.has(row.table_oid))).toEqual([])
  })
})
