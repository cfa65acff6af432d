import fc from 'fast-check'
import type { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshDatabase, majors, type TestDatabase } from '../../test/servers.ts'
import { generatedFacts, selectStatement } from '../../test/sql-generator.ts'
import { buildModel } from './build-model.ts'
import { loadParser, parseStatement } from './parse.ts'
import { type Rewritten, rewrite } from './rewrite.ts'

beforeAll(loadParser)

const TABLES = generatedFacts('day date')

/** Rows with few values, many of them NULL, and moments round midnight, the turn of the year and infinity. */
const moment = fc.constantFrom(
  null,
  '2023-12-31 23:59:59.999999',
  '2024-01-01',
  '2024-01-02 00:00:00',
  '2024-01-02 23:59:59',
  '2024-01-03',
  '2024-12-31 23:00',
  '2025-01-01',
  'infinity',
  '-infinity',
)
const small = fc.integer({ min: 0, max: 4 })
const rows = fc.array(
  fc.tuple(
    fc.option(small),
    small,
    fc.option(fc.constantFrom('a', 'ab', 'é', '')),
    fc.option(fc.boolean()),
    moment,
    moment.map((m) => m?.split(' ')[0] ?? null),
  ),
  { maxLength: 12 },
)

/** Statements that rules apply to, with conditions in their places. */
const condition = fc.constantFrom(
  'true',
  't1.a > 1',
  't1.flag',
  "t1.txt = 'a'",
  't1.a is null',
  'not t1.flag',
  '(t1.b = 1 or t1.a = 2)',
)
const key = fc.constantFrom('id', 'a', 'b')
const list = fc.array(fc.integer({ min: -2, max: 6 }), { minLength: 10, maxLength: 12 })
const targeted = fc.oneof(
  fc
    .tuple(key, key, condition)
    .map(
      ([l, r, c]) =>
        `select t1.id from t t1 where t1.${l} not in (select x.${r} from u x where x.b > 1) and ${c}`,
    ),
  fc
    .tuple(key, key, condition)
    .map(
      ([l, r, c]) =>
        `select t1.id from t t1 where not (t1.${l} = 3 or t1.${l} not in (select ${r} from u)) or ${c}`,
    ),
  fc
    .tuple(key, key, fc.constantFrom('> 0', '= 0', '<> 0', '>= 1', '< 1'), condition)
    .map(
      ([l, r, op, c]) =>
        `select t1.id, t1.a from t t1 where (select count(*) from u x where x.${l} = t1.${r}) ${op} and ${c}`,
    ),
  fc
    .tuple(condition, condition, condition)
    .map(
      ([a, b, c]) =>
        `select t1.id, t1.txt from t t1 where ${c} and (t1.a = 1 or ${a} and t1.b = 2 or t1.txt = 'ab' and ${b})`,
    ),
  fc
    .tuple(condition, condition)
    .map(([a, b]) => `select * from t t1 where t1.a = 1 or t1.txt = 'ab' and ${a} and ${b}`),
  fc
    .tuple(fc.constantFrom('=', '<', '<=', '>', '>='), condition)
    .map(([op, c]) => `select t1.id from t t1 where t1.at::date ${op} '2024-01-02' and ${c}`),
  fc
    .tuple(
      fc.constantFrom('day', 'month', 'year', 'hour', 'quarter', 'week'),
      fc.constantFrom('2024-01-01', '2024-01-02', '2024-01-02 00:00:01'),
    )
    .map(([unit, at]) => `select t1.id from t t1 where date_trunc('${unit}', t1.at) = '${at}'`),
  fc
    .tuple(fc.constantFrom('day', 'month', 'year'), fc.constantFrom('>=', '<'))
    .map(
      ([unit, op]) =>
        `select t1.id from t t1 where date_trunc('${unit}', t1.at) ${op} date_trunc('${unit}', timestamp '2024-01-02 10:00')`,
    ),
  fc
    .tuple(fc.constantFrom('at', 'day'), fc.integer({ min: 2022, max: 2026 }))
    .map(([c, y]) => `select t1.id from t t1 where extract(year from t1.${c}) = ${y}`),
  fc.constant("select t1.id from t t1 where date(t1.at) between '2024-01-01' and '2024-01-02'"),
  fc
    .tuple(key, list, fc.constantFrom('in', 'not in'))
    .map(([c, l, op]) => `select t1.id from t t1 where t1.${c} ${op} (${l.join(', ')})`),
  fc
    .tuple(
      fc.constantFrom(
        'count(*)',
        'count(x.a)',
        'max(x.txt)',
        'min(x.at)',
        'sum(x.b)',
        'bool_or(x.flag)',
        'avg(x.a)',
      ),
      key,
      key,
      condition,
    )
    .map(
      ([f, l, r, c]) =>
        `select t1.id, (select ${f} from u x where x.${l} = t1.${r} and x.b > 0) from t t1 where ${c}`,
    ),
  fc
    .tuple(key, key, condition)
    .map(
      ([l, r, c]) =>
        `select t1.id, (select count(*) from u x join t y on y.id = x.${l} where x.${l} = t1.${r}) as n from t t1 left join u z on z.a = t1.a where ${c}`,
    ),
  fc
    .tuple(fc.constantFrom('t1.id', 't1.b', 't1.a, t1.txt', 't1.id, t1.flag'), key, key, condition)
    .map(
      ([o, l, r, c]) =>
        `select distinct ${o} from t t1 join u t2 on t2.${l} = t1.${r} and t2.b > 0 where ${c}`,
    ),
  fc
    .tuple(fc.constantFrom('t1.id', 't1.b'), key, condition)
    .map(
      ([o, l, c]) =>
        `select distinct ${o} from t t1, u t2, u t3 where t2.${l} = t1.a and t3.id = t1.b and ${c} and t2.a < t3.a`,
    ),
  selectStatement.map((sql) => sql.replace(/ limit \d+| offset \d+/g, '')),
)

const proved = (sql: string): readonly Rewritten[] =>
  rewrite(buildModel(parseStatement(sql), { tables: TABLES })).filter((r) => r.result === 'same')

describe.each(majors)('PostgreSQL %i', (major) => {
  let db: TestDatabase
  let client: Client
  const seen = new Map<string, number>()
  beforeAll(async () => {
    db = await freshDatabase(major)
    client = await db.client()
    for (const name of ['t', 'u'])
      await client.query(
        `create table ${name} (id int primary key, a int, b int not null, txt text, flag boolean, at timestamp, day date)`,
      )
  })
  afterAll(() => db.drop())

  const fill = async (name: string, values: typeof rows extends fc.Arbitrary<infer R> ? R : never) => {
    await client.query(`truncate ${name}`)
    for (const [i, row] of values.entries())
      await client.query(`insert into ${name} values ($1, $2, $3, $4, $5, $6, $7)`, [i, ...row])
  }
  /** The rows as texts, sorted: what a set is. */
  const resultOf = async (sql: string): Promise<string[]> => {
    const { rows: found } = await client.query({ text: sql, rowMode: 'array' })
    return found.map((row) => JSON.stringify(row)).sort()
  }

  test('what is said to be the same is, on random rows with NULLs', async () => {
    await fc.assert(
      fc.asyncProperty(
        rows,
        rows,
        fc.array(targeted, { minLength: 6, maxLength: 6 }),
        async (t, u, statements) => {
          await client.query('begin')
          await fill('t', t)
          await fill('u', u)
          for (const sql of statements)
            for (const { rule, sql: other } of proved(sql)) {
              seen.set(rule, (seen.get(rule) ?? 0) + 1)
              expect({ rule, other, rows: await resultOf(other) }).toEqual({
                rule,
                other,
                rows: await resultOf(sql),
              })
            }
          await client.query('rollback')
        },
      ),
      { numRuns: 80 },
    )
    expect([...seen.keys()].sort()).toEqual([
      'any-for-in',
      'columns-for-star',
      'exists-for-count',
      'exists-for-distinct-join',
      'join-for-subquery',
      'not-exists-for-not-in',
      'range-for-date-function',
      'union-for-or',
    ])
  })

  test('a page by key is the page by OFFSET', async () => {
    await fill(
      't',
      Array.from({ length: 9 }, (_, i) => [null, i % 3, null, null, null, null] as never),
    )
    const sql = 'select id, b from t order by b desc limit 2 offset $1'
    const [page] = rewrite(buildModel(parseStatement(sql), { tables: TABLES })).filter(
      (r) => r.rule === 'keyset-for-offset',
    )
    const all: unknown[] = []
    let last: { id: number; b: number } | undefined = { id: 99, b: 99 }
    while (last) {
      const { rows: next }: { rows: { id: number; b: number }[] } = await client.query(
        page?.sql ?? '',
        [last.b, last.id].slice(0, 2),
      )
      all.push(...next)
      last = next.at(-1)
    }
    expect(all).toEqual((await client.query('select id, b from t order by b desc, id desc')).rows)
  })
})
