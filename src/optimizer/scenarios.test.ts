import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { generatedFacts, selectStatement } from '../../test/sql-generator.ts'
import { tableFacts } from '../../test/table-facts.ts'
import { buildModel } from './build-model.ts'
import { loadParser, parseStatement } from './parse.ts'
import { scenariosOf, undecided } from './scenarios.ts'
import type { ColumnFacts, TableFacts } from './schema.ts'

beforeAll(() => loadParser())

const stats: Readonly<Record<string, Partial<ColumnFacts>>> = {
  status: {
    nDistinct: 4,
    mostCommon: { values: ['done', 'open', 'lost', 'new'], frequencies: [0.7, 0.25, 0.04, 0.01] },
  },
  customer_id: { nDistinct: -0.1, histogram: ['1', '250', '500', '750', '1000'] },
  created_at: {
    nDistinct: -1,
    histogram: ['2026-01-01', '2026-02-01', '2026-03-01', '2026-04-01', '2026-05-01'],
  },
  day: { nDistinct: 300, histogram: ['2026-01-01', '2026-05-01'] },
  name: { nDistinct: -1, histogram: ["O'Brien", 'Smith & Sons', 'Zoë'] },
  data: { nDistinct: -1, histogram: ['{"tags": [1], "kind": "web"}', '{"kind": "api"}'] },
  tags: { mostCommonElements: { values: ['red', 'blue'], frequencies: [0.4, 0.1] } },
}
const bare = tableFacts('orders', [
  'id bigint not null pk',
  'status text not null',
  'customer_id bigint',
  'created_at timestamp with time zone',
  'day date',
  'name text',
  'data jsonb',
  'tags text[]',
  'unknown uuid',
])
const orders: TableFacts = { ...bare, columns: bare.columns.map((c) => ({ ...c, ...stats[c.name] })) }

const valuesOf = (sql: string, frequency: 'typical' | 'rare' | 'wide' = 'typical', rows = 30) =>
  scenariosOf(buildModel(parseStatement(sql), { tables: [orders] }), { calls: 10, rows }).find(
    (s) => s.frequency === frequency,
  )?.values

describe('constants', () => {
  test.each([
    ['of average share', 'select 1 from orders where status = $1', ["'open'::text"]],
    ['from the histogram', 'select 1 from orders where customer_id = $1', ["'500'::bigint"]],
    [
      'the last but one bound and, paired, the last',
      'select 1 from orders where created_at >= $1 and created_at < $2',
      ["'2026-04-01'::timestamp with time zone", "'2026-05-01'::timestamp with time zone"],
    ],
    [
      'between',
      'select 1 from orders where customer_id between $1 and $2',
      ["'750'::bigint", "'1000'::bigint"],
    ],
    ['an upper bound alone', 'delete from orders where customer_id < $1', ["'250'::bigint"]],
    [
      'lists, each another',
      'select 1 from orders where status in ($1, $2)',
      ["'open'::text", "'done'::text"],
    ],
    ['arrays', 'select 1 from orders where status = any ($1)', [`'{"open","done","lost"}'::text[]`]],
    ['what a call returned, for LIMIT', 'select 1 from orders limit $1 offset $2', ['3', '0']],
    ['a scalar key', 'select 1 from orders where data @> $1', [`'{"kind":"web"}'::jsonb`]],
    ['an element', 'select 1 from orders where tags @> $1', [`'{"red"}'::text[]`]],
    ['an element of its own', 'select 1 from orders where $1 = any (tags)', ["'red'::text"]],
    ['a beginning', 'select 1 from orders where name like $1', ["'Smith %'::text"]],
    ['intervals', 'select 1 from orders where created_at > now() - interval $1', ["'1 day'::interval"]],
    ['intervals by their place', 'select 1 from orders where created_at > now() - $1', ["'1 day'::interval"]],
    ['days', 'select 1 from orders where day between current_date and current_date + $1', ['7']],
    ['units', 'select date_trunc($1, created_at) from orders', ["'day'"]],
    ['none where nothing is known', 'select 1 from orders where unknown = $1', undefined],
    ['none beside one', 'select 1 from orders where unknown = $1 and status = $2', [null, "'open'::text"]],
    ['what is assigned', 'update orders set status = $1 where id = $2', ["'open'::text", null]],
  ])('%s', (_, sql, expected) => expect(valuesOf(sql)).toEqual(expected))

  test('rare and wide ones', () => {
    expect(valuesOf('select 1 from orders where status = $1', 'rare')).toEqual(["'new'::text"])
    expect(valuesOf('select 1 from orders where status = $1', 'wide')).toEqual(["'done'::text"])
    expect(valuesOf('select 1 from orders where created_at > $1', 'wide')).toEqual([
      "'2026-03-01'::timestamp with time zone",
    ])
  })

  test('quotes and backslashes stay text', () => {
    const table: TableFacts = {
      ...orders,
      columns: orders.columns.map((c) =>
        c.name === 'name' ? { ...c, histogram: ["O'B\\x; drop table t"] } : c,
      ),
    }
    const model = buildModel(parseStatement('select 1 from orders where name = $1'), { tables: [table] })
    expect(scenariosOf(model, { calls: 1, rows: 1 })[0]?.values).toEqual(["E'O''B\\\\x; drop table t'::text"])
  })

  test('a LIMIT that returned nothing still has rows', () => {
    expect(valuesOf('select 1 from orders limit $1', 'typical', 0)).toEqual(['10'])
  })
})

test.each<[string, number[]]>([
  ['select 1 from orders where status = $1', []],
  ['select 1 from orders where unknown = $1 and status = $2', [1]],
  ['select $1 from orders where customer_id + 1 = $3 or unknown in ($2, $4)', [2, 3, 4]],
  ['select $1 from orders where status = $2', []],
  ['update orders set unknown = $1 where status = $2 returning $3', []],
  ['select 1 from orders tablesample system ($1) where status = $2', [1]],
  ['select 1 from orders where exists (select $1 from orders o where o.unknown = $2)', [2]],
  ['select status from orders group by 1 having count(*) > $1 limit $2', [1]],
  ['select 1 from unnest($1::uuid[]) u join orders o on o.unknown = u', [1]],
])('%s hangs on %j', (sql, numbers) => {
  const model = buildModel(parseStatement(sql), { tables: [orders] })
  for (const { values } of scenariosOf(model, { calls: 1, rows: 1 }))
    expect(undecided(model, values)).toEqual(numbers)
})

test('no scenario makes up a NULL, and what is neither known nor undecided only comes out', () => {
  fc.assert(
    fc.property(selectStatement, (sql) => {
      let n = 0
      const text = sql.replace(/'[^']*'|(?<![\w.])-?\d+/g, () => `$${++n}`)
      const model = buildModel(parseStatement(text), { tables: generatedFacts() })
      expect(new Set(model.parameters.map((p) => p.number)).size).toBe(n)
      for (const { values } of scenariosOf(model, { calls: 1, rows: 1 })) {
        expect(values?.filter((v) => /null/i.test(v ?? '')) ?? []).toEqual([])
        const open = new Set(undecided(model, values))
        for (const p of model.parameters)
          expect(open.has(p.number)).toBe((values?.[p.number - 1] ?? null) === null && p.clause !== 'select')
      }
    }),
  )
})

test('the same constants are one scenario, and no parameters need none', () => {
  const all = (sql: string) =>
    scenariosOf(buildModel(parseStatement(sql), { tables: [orders] }), { calls: 1, rows: 1 })
  expect(all('select 1 from orders where customer_id = $1').map((s) => s.frequency)).toEqual(['typical'])
  expect(all('select 1 from orders where status = $1')).toHaveLength(3)
  expect(all('select 1 from orders')).toEqual([{ frequency: 'typical', values: undefined }])
})
