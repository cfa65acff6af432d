import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cells, cut, oneLine, wrap, wrapLines } from './text.ts'

test.each([
  ['abc', 3],
  ['é', 1],
  ['e\u0301', 1],
  ['表', 2],
  ['🎉', 2],
  ['', 0],
])('%s takes %i cells', (text, width) => expect(cells(text)).toBe(width))

test('control sequences of a terminal do not survive', () => {
  expect(oneLine('a\u001b[2J\u0007b\n\tc\u202ed')).toBe('a [2J b c d')
})

test('cut never exceeds its width and keeps what fits', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 50 }), (text, width) => {
      const shown = cut(text, width)
      expect(cells(shown)).toBeLessThanOrEqual(width)
      if (cells(text) <= width) expect(shown).toBe(text)
    }),
  )
})

test('wrap loses no word', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 }), (words) => {
      const wrapped = wrap(words.join(' '), 30, '  ')
      expect(wrapped.split(/\s+/).filter((w) => w !== '')).toEqual(words)
      for (const line of wrapped.split('\n')) expect(cells(line)).toBeLessThanOrEqual(30)
    }),
  )
})

test('a command stays on a line of its own, however long', () => {
  const command = `npm install ${'long-name '.repeat(20).trim()}`
  expect(wrapLines(`It is not here:\n  ${command}\nThen go on`, 20, '  ')).toBe(
    `  It is not here:\n    ${command}\n  Then go on`,
  )
})
