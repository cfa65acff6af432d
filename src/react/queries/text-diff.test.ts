import fc from 'fast-check'
import { expect, test } from 'vitest'
import { textDiff } from './text-diff.ts'

const shown = (before: string, after: string): string =>
  textDiff(before, after)
    .map(({ kind, text }) => (kind === 'same' ? text : kind === 'ins' ? `[+${text}]` : `[-${text}]`))
    .join('')

test('marks the words that go and those that come', () => {
  expect(shown('select * from t', 'select a, b from t')).toBe('select [-*][+a, b] from t')
  expect(shown('where lower(a) = $1', 'where a = $1')).toBe('where [-lower(]a[-)] = $1')
  expect(shown('select 1', 'select 1')).toBe('select 1')
})

test('is both texts, whatever they are', () => {
  const sql = fc.array(fc.constantFrom('select', ' ', 'a', '(', ')', "'x", '--', '\n', '"', '$1', 'é', '💐'))
  fc.assert(
    fc.property(sql, sql, (a, b) => {
      const [before, after] = [a.join(''), b.join('')]
      const parts = textDiff(before, after)
      const without = (kind: string) =>
        parts
          .filter((p) => p.kind !== kind)
          .map((p) => p.text)
          .join('')
      expect(without('ins')).toBe(before)
      expect(without('del')).toBe(after)
    }),
  )
})
