import { expect, test } from 'vitest'
import { differences } from './_differences.ts'

interface R {
  readonly id: number
  readonly n: number | null
  readonly m: number
  readonly since?: number
}
const spec = { key: (r: R) => r.id, counters: ['n', 'm'] as const }
const of = (before: R[], now: R[], more = {}) =>
  differences<'n' | 'm', R>({ before, now }, { ...spec, ...more })

test('counters grow by what is between', () =>
  expect(of([{ id: 1, n: 1, m: 5 }], [{ id: 1, n: 3, m: 5 }])).toMatchObject({
    changes: [{ row: { id: 1 }, grew: { n: 2, m: 0 } }],
    gaps: 0,
  }))

test.each([
  ['one counter went down', [{ id: 1, n: 4, m: 5 }], [{ id: 1, n: 9, m: 0 }]],
  ['the row is new', [], [{ id: 1, n: 3, m: 5 }]],
  ['the row has gone', [{ id: 1, n: 3, m: 5 }], []],
])('%s: no change', (_, before, now) => {
  const found = of(before, now)
  expect(found.changes).toEqual([])
  expect(found.gaps).toBe(now.length)
})

test('a value that is not there counts as zero', () =>
  expect(of([{ id: 1, n: null, m: 0 }], [{ id: 1, n: 2, m: 0 }]).changes).toMatchObject([{ grew: { n: 2 } }]))

test('another beginning is a gap even where all counters are higher', () => {
  const since = (r: R) => r.since ?? null
  const before = [{ id: 1, n: 1, m: 1, since: 10 }]
  expect(of(before, [{ id: 1, n: 9, m: 9, since: 20 }], { since })).toEqual({ changes: [], gaps: 1 })
  expect(of(before, [{ id: 1, n: 9, m: 9, since: 10 }], { since }).gaps).toBe(0)
})

test('what surely began in between counts from zero', () => {
  const fromZero = (_: R, isNew: boolean) => isNew
  expect(of([], [{ id: 1, n: 3, m: 5 }], { fromZero }).changes).toMatchObject([{ grew: { n: 3, m: 5 } }])
  expect(of([{ id: 1, n: 5, m: 5 }], [{ id: 1, n: 3, m: 5 }], { fromZero }).gaps).toBe(1)
})
