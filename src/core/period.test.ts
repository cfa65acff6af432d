import { expect, test } from 'vitest'
import { parsePeriod } from './period.ts'

test.each([
  ['24h', 86_400_000],
  ['7d', 7 * 86_400_000],
  ['90d', 90 * 86_400_000],
  ['2160h', 90 * 86_400_000],
])('%s', (text, length) => expect(parsePeriod(text)).toBe(length))

test.each(['', '0d', '-1d', '91d', '2161h', '7', '7 d', '1w', '1.5d', '7D', 'd'])('"%s" is none', (text) =>
  expect(parsePeriod(text)).toBeUndefined(),
)
