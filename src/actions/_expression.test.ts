import fc from 'fast-check'
import { describe, expect, it, onTestFinished, test } from 'vitest'
import { freshDatabase, majors } from '../../test/servers.ts'
import { checkExpression } from './_expression.ts'

describe('plain expressions are taken, with what they call', () => {
  test.each<[string, string[]]>([
    ['lower(name)', ['lower']],
    ["(data ->> 'a;b--c')", []],
    ["coalesce(\"Odd Name\", 'it''s')", ['coalesce']],
    ['public.norm(a, b[1]) - -1', ['public.norm']],
    ["status = ANY (ARRAY['open', 'late']) AND NOT deleted", ['ANY']],
    ["date_trunc('day', at AT TIME ZONE 'UTC')", ['date_trunc']],
    ['data @> \'{"a": 1}\'::jsonb', []],
  ])('%s', (text, calls) => {
    const names = checkExpression(text, 'expression').map(({ schema, name }) =>
      schema === null ? name : `${schema}.${name}`,
    )
    expect(names).toEqual(calls.map((c) => c.toLowerCase()))
  })
})

test.each([
  ["a'); DROP TABLE x; --"],
  ['a); DROP TABLE x; --'],
  ['a) WHERE (true'],
  ['a)) TABLESPACE evil --'],
  ['(a'],
  ['a)'],
  ['a]'],
  ['(a]'],
  ['a, b'],
  ['a -- b'],
  ['a /* b */'],
  ['a /**/ + b'],
  ['$$a$$'],
  ['$t$a$t$'],
  ['$1'],
  ["E'\\' OR true'"],
  ["'a\\"],
  ['U&"\\0061"'],
  ["U&'\\0061'"],
  ["'a"],
  ['"a'],
  ['""'],
  ['(SELECT 1)'],
  ['(sElEcT count(*) from x)'],
  ['(VALUES (1))'],
  ['(TABLE pg_shadow)'],
  ['(WITH q AS (DELETE FROM x RETURNING 1) SELECT 1)'],
  ['current_user'],
  ['CURRENT_TIMESTAMP'],
  ['a\nb'],
  ['a\u2028b;'],
  ['a;'],
  ['a{'],
  [''],
  ['   '],
])('%j is refused', (text) => {
  expect(() => checkExpression(text, 'expression')).toThrow('the expression')
})

const FRAGMENTS = [
  ...[
    "'",
    '"',
    "''",
    '$$',
    '$t$',
    '--',
    '/*',
    '*/',
    '(',
    ')',
    '[',
    ']',
    ',',
    ';',
    '\\',
    'E',
    'U&',
    '\n',
    ' ',
  ],
  ...[
    'a',
    'b',
    'lower',
    '.',
    '::text',
    '||',
    '+',
    '=',
    'AND',
    'OR',
    'IS NULL',
    'SELECT',
    'FROM t',
    'AS x',
    '1',
    '-',
  ],
  ...['WHERE', 'UNION', 'é', '"a"', "'q'", 'lower(a)', 'a) AS e, (b', "'--'", "'/*'", '*'],
]

describe.each(majors)('PostgreSQL %i', (major) => {
  it('finds nothing outside the parentheses that a taken text stands in', { timeout: 60_000 }, async () => {
    const db = await freshDatabase(major)
    onTestFinished(() => db.drop())
    await db.query('CREATE TABLE t (a text, b text)')
    const client = await db.client()
    let parsed = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...FRAGMENTS), { minLength: 1, maxLength: 7 }),
        async (parts) => {
          const text = parts.join('')
          try {
            checkExpression(text, 'expression')
          } catch {
            return
          }
          // A text that reaches beyond its parentheses changes what columns there are, or how many statements.
          const result = await client
            .query(`SELECT (${text}) AS e, 42 AS guard FROM t LIMIT 0`)
            .catch(() => undefined)
          if (!result) return
          parsed++
          expect(Array.isArray(result)).toBe(false)
          expect(result.fields.map((f) => f.name)).toEqual(['e', 'guard'])
        },
      ),
      { numRuns: 6_000 },
    )
    expect(parsed).toBeGreaterThan(50)
  })
})
