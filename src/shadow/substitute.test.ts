import fc from 'fast-check'
import { expect, test } from 'vitest'
import { substitute } from './substitute.ts'

test.each<[string, (string | null)[] | undefined, string, number]>([
  ['SELECT $1', ['42'], 'SELECT 42', 0],
  ['SELECT $1 - $2', ['1', '-2'], 'SELECT 1 - (-2)', 0],
  ['SELECT $1::int', [null], 'SELECT NULL::int', 0],
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

test('any text without a parameter stays as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ab \'"$-/*\\\n1E;') }), (text) => {
      fc.pre(!/\$\d/.test(text))
      expect(substitute(text, ['x']).sql).toBe(text)
    }),
  )
})
