import fc from 'fast-check'
import { expect, test } from 'vitest'
import { distinctKeys, indexPages, isStale, tablePages } from './_bloat.ts'

const row = { width: 8, exact: true, hasNulls: 0, known: true, attributes: 2 }

test('pages of a table: 24 bytes of header and 4 of pointer beside the data, 226 rows of 36 bytes on a page', () => {
  const written = { fillfactor: 100, block: 8192 }
  expect(tablePages(row, { ...written, tuples: 226 })).toBe(1)
  expect(tablePages(row, { ...written, tuples: 227 })).toBe(2)
  expect(tablePages(row, { ...written, tuples: 0 })).toBe(0)
  expect(tablePages(row, { ...written, tuples: 226, fillfactor: 50 })).toBe(2)
})

test('an index with few distinct keys stores each once', () => {
  const written = { tuples: 1_000_000, fillfactor: 90, block: 8192 }
  const apart = indexPages(row, written)
  expect(apart).toBeGreaterThan(2700)
  expect(indexPages(row, { ...written, groups: 100 }) / apart).toBeLessThan(0.35)
  expect(indexPages(row, { ...written, groups: 900_000 })).toBe(apart)
})

test.each([
  [[-1], 1000, 1000, 1000],
  [[10], 1000, 1000, 10],
  [[-0.5, 10], 1000, 1000, 1000],
  [[0], 1000, 1000, 1],
  [[], 1000, 1000, 1],
])('distinct keys of %j in %i rows', (distinct, rows, entries, keys) =>
  expect(distinctKeys(distinct, rows, entries)).toBe(keys),
)

test('more rows never take fewer pages, whatever the row is', () => {
  const shape = fc.record({
    width: fc.float({ min: 0, max: 5000, noNaN: true }),
    exact: fc.boolean(),
    hasNulls: fc.constantFrom(0, 0.3, 1),
    known: fc.constant(true),
    attributes: fc.integer({ min: 0, max: 1600 }),
  })
  fc.assert(
    fc.property(
      shape,
      fc.integer({ min: 0, max: 1e7 }),
      fc.integer({ min: 10, max: 100 }),
      (of, tuples, fillfactor) => {
        const written = { fillfactor, block: 8192 }
        for (const pages of [tablePages, indexPages]) {
          const [less, more] = [
            pages(of, { ...written, tuples }),
            pages(of, { ...written, tuples: tuples + 1000 }),
          ]
          expect(less).toBeGreaterThanOrEqual(0)
          expect(more).toBeGreaterThanOrEqual(less)
        }
      },
    ),
  )
})

test('stale: a fifth of the rows have changed', () => {
  expect([isStale(200, 1000), isStale(201, 1000), isStale(1, 0)]).toEqual([false, true, true])
})
