import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshDatabase, majors, type TestDatabase } from '../../test/servers.ts'
import { type Columns, detail, gauge, label, optional } from '../core/columns.ts'
import type { Cadence, Probe } from '../core/probe.ts'
import { readRecord } from './bundle.ts'
import { connect } from './session.ts'
import { parseUrl } from './url.ts'

const probe = (name: string, sql: string, columns: Columns, every: Cadence = 'tick'): Probe => ({
  ...{ name, title: name, doc: `${name}.`, rows: 'many', scope: 'database', every, needs: 'any' },
  ...{ columns, sql: { 14: sql } },
})
const n = { n: gauge('count', 'a number') }

describe.each(majors)('PostgreSQL %i', (major) => {
  let db: TestDatabase
  beforeAll(async () => {
    db = await freshDatabase(major)
  })
  afterAll(() => db.drop())

  test('reads a record as the server writes it', async () => {
    const texts = fc.array(fc.option(fc.string({ unit: fc.constantFrom(...'aä,"\\()\n {}💍') })), {
      minLength: 1,
      maxLength: 5,
    })
    await fc.assert(
      fc.asyncProperty(texts, async (values) => {
        const list = values.map((_, i) => `$${i + 1}::text`).join(', ')
        const [row] = await db.query(`SELECT q::text AS record FROM (SELECT ${list}) q`, values)
        expect(readRecord(row?.record as string)).toEqual(values)
      }),
      { numRuns: 60 },
    )
  })

  test('small probes of a cadence are one statement, with the same rows and a time each', async () => {
    const words = { word: label('a word'), note: optional(detail('maybe')) }
    const small = [
      probe('one', 'SELECT 1 AS n', n),
      probe('none', 'SELECT 1 AS n WHERE false', n),
      probe(
        'words',
        `SELECT * FROM (VALUES ('b, "c"', null), ('a', '')) v (word, note) ORDER BY word`,
        words,
      ),
      probe('with', 'WITH a AS MATERIALIZED (SELECT 2 AS n) SELECT n FROM a UNION ALL SELECT 3', n),
      probe('minutely', 'SELECT 4 AS n', n, 'minute'),
    ]
    const session = await connect(parseUrl(db.monitorUrl, {}))
    for (const round of ['first', 'later']) {
      const { results } = await session.flight(small.map((p) => ({ probe: p })))
      const rows = Object.fromEntries([...results].map(([name, r]) => [name, r.outcome.ok && r.outcome.rows]))
      expect(rows, round).toEqual({
        one: [{ n: 1 }],
        none: [],
        words: [
          { word: 'a', note: '' },
          { word: 'b, "c"', note: null },
        ],
        with: [{ n: 2 }, { n: 3 }],
        minutely: [{ n: 4 }],
      })
      for (const { ms } of results.values()) expect(ms).toBeGreaterThanOrEqual(0)
    }
    await session.close()
    const sent = await db.query(
      `SELECT query, calls::int FROM pg_stat_statements WHERE query LIKE '%pgtend:tick */%' AND query NOT LIKE '%LIKE%'
         AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    )
    expect(sent).toEqual([{ query: expect.stringContaining('(VALUES'), calls: 2 }])
  })

  test('of a bundle that fails the others keep what they gave; the next time the culprit is alone', async () => {
    const session = await connect(parseUrl(db.monitorUrl, {}))
    await db.query('CREATE TABLE IF NOT EXISTS divisor AS SELECT 1 AS d; GRANT SELECT ON divisor TO public')
    const mixed = [
      probe('before', 'SELECT 1 AS n', n),
      probe('culprit', 'SELECT 1 / d AS n FROM public.divisor', n),
      probe('after', 'SELECT 3 AS n', n),
      probe('minutely', 'SELECT 4 AS n', n, 'minute'),
    ]
    const read = async () => {
      const { results } = await session.flight(mixed.map((p) => ({ probe: p })))
      return Object.fromEntries(
        [...results].map(([name, r]) => [name, r.outcome.ok ? r.outcome.rows[0]?.n : r.outcome.detail]),
      )
    }
    expect(await read()).toEqual({ before: 1, culprit: 1, after: 3, minutely: 4 })
    await db.query('UPDATE divisor SET d = 0')
    const broken = { before: 1, culprit: expect.stringContaining('22012'), after: 3, minutely: 4 }
    expect(await read()).toEqual(broken)
    expect(await read()).toEqual(broken)
    await db.query('UPDATE divisor SET d = 1')
    expect(await read()).toEqual({ before: 1, culprit: 1, after: 3, minutely: 4 })
    // Not even planned: nobody can be blamed, so each is asked alone.
    await db.query('ALTER TABLE divisor RENAME TO other')
    const gone = { before: 1, culprit: expect.stringContaining('42P01'), after: 3, minutely: 4 }
    expect(await read()).toEqual(gone)
    expect(await read()).toEqual(gone)
    await session.close()
  })
})
