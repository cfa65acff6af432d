import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  formatBytes,
  formatCount,
  formatDay,
  formatRatio,
  formatSeconds,
  formatValue,
  plural,
  shorten,
} from './format.ts'

test.each([
  [0, '0 B'],
  [1, '1 B'],
  [1023, '1,023 B'],
  [1024, '1 kB'],
  [8192, '8 kB'],
  [1536, '1.5 kB'],
  [1024 ** 2 - 1, '1 MB'],
  [1503238554, '1.4 GB'],
  [5 * 1024 ** 3, '5 GB'],
  [214 * 1024 ** 3, '214 GB'],
  [2000 * 1024 ** 5, '2,000 PB'],
  [-2048, '-2 kB'],
])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))

test.each([
  [0, '0 s'],
  [0.00001, '< 0.1 ms'],
  [0.0004, '0.4 ms'],
  [0.25, '250 ms'],
  [0.9996, '1 s'],
  [1.234, '1.2 s'],
  [59.4, '59 s'],
  [59.7, '1 min'],
  [60, '1 min'],
  [200, '3 min 20 s'],
  [3599.6, '1 h'],
  [3600, '1 h'],
  [11_100, '3 h 5 min'],
  [86_399, '1 d'],
  [187_200, '2 d 4 h'],
  [-90, '-1 min 30 s'],
])('%d seconds are %s', (seconds, text) => expect(formatSeconds(seconds)).toBe(text))

test.each([
  [0, '0 %'],
  [0.0001, '< 0.1 %'],
  [0.005, '0.5 %'],
  [0.091, '9.1 %'],
  [0.91, '91 %'],
  [0.9999, '99.9 %'],
  [1, '100 %'],
  [1.5, '150 %'],
])('the ratio %d is %s', (ratio, text) => expect(formatRatio(ratio)).toBe(text))

test.each([
  [0, '0'],
  [0.01, '< 0.1'],
  [0.25, '0.3'],
  [7, '7'],
  [12_345, '12,345'],
  [1_234_567.8, '1,234,568'],
])('the count %d is %s', (count, text) => expect(formatCount(count)).toBe(text))

test('each unit has its words', () => {
  expect(formatValue(2048, 'bytes')).toBe('2 kB')
  expect(formatValue(90, 'seconds')).toBe('1 min 30 s')
  expect(formatValue(0.5, 'ratio')).toBe('50 %')
  expect(formatValue(2048, 'bytes_per_second')).toBe('2 kB/s')
  expect(formatValue(1200, 'per_second')).toBe('1,200/s')
  expect(formatValue(3, 'none')).toBe('3')
  expect(formatValue(3, 'count')).toBe('3')
})

test('nouns follow their count', () => {
  expect(plural(1, 'session')).toBe('1 session')
  expect(plural(0, 'session')).toBe('0 sessions')
  expect(plural(2000, 'index', 'indexes')).toBe('2,000 indexes')
})

test('days read alike everywhere', () => expect(formatDay(Date.UTC(2026, 2, 1, 23))).toBe('2026-03-01'))

test('no number is written as NaN, undefined or in scientific notation', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e18, noNaN: true }), (n) => {
      for (const text of [formatBytes(n), formatSeconds(n), formatRatio(n)])
        expect(text).toMatch(/^(< )?\d{1,3}(,\d{3})*(\.\d)? (B|[kMGTP]B|%|ms|s|min|h|d)( \d+ (s|min|h))?$/)
    }),
  )
})

test.each([
  ['select  1\n ', 'select 1'],
  ['abcdefghijkl', 'abcdefghi…'],
  ['abcdefghij', 'abcdefghij'],
])('%j is shortened to %j', (text, short) => expect(shorten(text, 10)).toBe(short))
