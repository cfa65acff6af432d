import fc from 'fast-check'
import { expect, test } from 'vitest'
import { indexOfPlace, sqlTokens } from './sql-tokens.ts'

test('tells keywords, literals, parameters and comments', () => {
  const kinds = sqlTokens(`select "from", 'it''s', 4.5 from t -- where`)
    .filter((t) => t.kind !== 'plain')
    .map((t) => [t.kind, t.text])
  expect(kinds).toEqual([
    ['keyword', 'select'],
    ['literal', "'it''s'"],
    ['literal', '4.5'],
    ['keyword', 'from'],
    ['comment', '-- where'],
  ])
})

test('tokens are the whole text in its order, whatever it is', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("'", '"', '$1', '-', '/', '*', 'a', ' ', '\n', '7', '💐') }),
      (text) => {
        const tokens = sqlTokens(text)
        expect(tokens.map((t) => t.text).join('')).toBe(text)
        expect(tokens.every((t) => text.startsWith(t.text, t.at))).toBe(true)
      },
    ),
  )
})

test('finds a line and a column that counts characters', () => {
  expect(indexOfPlace('select\n  x', { line: 2, column: 3 })).toBe(9)
  expect(indexOfPlace("select '💐', x", { line: 1, column: 13 })).toBe(13)
  expect(indexOfPlace('select 1', { line: 9, column: 1 })).toBe(0)
})
