import fc from 'fast-check'
import { expect, test } from 'vitest'
import { asText, substitute } from './substitute.ts'

test.each<[string, (string | null)[] | undefined, string, number]>([
  ['SELECT $1', ['42'], 'SELECT 42', 0],
  ['SELECT $1 - $2', ['1', '-2'], 'SELECT 1 - (-2)', 0],
  ['SELECT $1::int', ['NULL'], 'SELECT NULL::int', 0],
  ['SELECT $1::int', [null], 'SELECT $1::int', 1],
  ['SELECT $2, $1, $3', [null, '7', null], 'SELECT 7, $1, $2', 2],
  ['SELECT $2, $4, $2', undefined, 'SELECT $1, $2, $1', 2],
  ['SELECT $1, $2, $3', ['7'], 'SELECT 7, $1, $2', 2],
  [`SELECT '$1', "$1", $1`, ['7'], `SELECT '$1', "$1", 7`, 0],
  [`SELECT 'it''s $1', $1`, ['7'], `SELECT 'it''s $1', 7`, 0],
  [`SELECT E'\\'$1', $1`, ['7'], `SELECT E'\\'$1', 7`, 0],
  ['SELECT $$ $1 $$, $a$ $1 $$ $a$, $1', ['7'], 'SELECT $$ $1 $$, $a$ $1 $$ $a$, 7', 0],
  ['SELECT 1 -- $1\n, $1', ['7'], 'SELECT 1 -- $1\n, 7', 0],
  ['SELECT /* $1 /* $1 */ $1 */ $1', ['7'], 'SELECT /* $1 /* $1 */ $1 */ 7', 0],
  ['SELECT a$1, $1', ['7'], 'SELECT a$1, 7', 0],
  [`SELECT $1`, [`'$2 $1'`], `SELECT '$2 $1'`, 0],
])('%s with %j', (sql, values, expected, parameters) => {
  expect(substitute(sql, values)).toEqual({ sql: expected, parameters })
})

test('a parameter of no type is text wherever it stands, and no other is', () => {
  expect(asText(`SELECT $1, $2, '$1', $12 WHERE $1 IS NULL`, 1)).toBe(
    `SELECT $1::text, $2, '$1', $12 WHERE $1::text IS NULL`,
  )
})

test('what is not known stays a parameter: none is lost, none is NULL', () => {
  const values = fc.array(fc.option(fc.constantFrom('7', '-2', `'a'::text`)), { minLength: 6, maxLength: 6 })
  const numbers = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 9 })
  fc.assert(
    fc.property(values, numbers, (given, used) => {
      const { sql, parameters } = substitute(`SELECT ${used.map((n) => `$${n}`).join(', ')}`, given)
      const unknown = used.filter((n) => given[n - 1] === null)
      expect(parameters).toBe(new Set(unknown).size)
      expect(sql).not.toContain('NULL')
      const left = [...sql.matchAll(/\$(\d+)/g)].map(([, n]) => Number(n))
      expect(left).toHaveLength(unknown.length)
      expect(new Set(left)).toEqual(new Set(Array.from({ length: parameters }, (_, i) => i + 1)))
    }),
  )
})

test('any text without a parameter stays as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ab \'"$-/*\\\n1E;') }), (text) => {
      fc.pre(!/\$\d/.test(text))
      expect(substitute(text, ['x']).sql).toBe(text)
    }),
  )
})
