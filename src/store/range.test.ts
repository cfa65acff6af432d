import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { batch, point } from '../../test/store.ts'
import type { Point, RangeQuery } from '../core/store.ts'
import { createAppender } from './append.ts'
import { migrate } from './migrate.ts'
import { readRange } from './range.ts'

function open(...points: Point[]) {
  const db = new DatabaseSync(':memory:')
  migrate(db)
  expect(createAppender(db)([batch(points[0]?.at ?? 0, points)])).toEqual([null])
  return (query: Partial<RangeQuery>) =>
    readRange(db, { target: 'a', metric: 'm', from: 1000, to: 5000, step: 1000, ...query })
}

test('is half open and says average and maximum of each bucket', () => {
  const range = open(
    ...[
      point('m', 999, 100),
      point('m', 1000, 1),
      point('m', 1999, 4),
      point('m', 4999, 7),
      point('m', 5000, 100),
    ],
  )
  expect(range({})).toEqual([
    {
      metric: 'm',
      labels: [],
      at: [1000, 2000, 3000, 4000],
      values: [2.5, null, null, 7],
      max: [4, null, null, 7],
    },
  ])
})

test('buckets begin at multiples of the step', () => {
  const range = open(point('m', 1200, 5), point('m', 1700, 1), point('m', 3100, 3))
  const [series] = range({ from: 1500, to: 3200 })
  expect(series).toMatchObject({ at: [1000, 2000, 3000], values: [1, null, 3] })
})

test('gives the series with the greatest means, greatest first', () => {
  const range = open(
    ...[3, 1, 2].flatMap((mean, i) => [
      point('m', 1000, mean - 1, [i, 'x']),
      point('m', 2000, mean + 1, [i, 'x']),
    ]),
    point('m', 9000, 1000, [9, 'x']),
  )
  expect(range({ top: 2 }).map((s) => s.labels)).toEqual([
    [0, 'x'],
    [2, 'x'],
  ])
  expect(range({}).map((s) => s.labels[0])).toEqual([0, 2, 1])
})

test('knows nothing of other metrics and targets, nor of a range without samples', () => {
  const range = open(point('m', 1000, 1))
  expect(range({ metric: 'other' })).toEqual([])
  expect(range({ target: 'other' })).toEqual([])
  expect(range({ from: 2000 })).toEqual([])
  expect(range({ from: 5000, to: 5000 })).toEqual([])
})

test('a value that is not finite is a gap, a later one for the same moment replaces the first', () => {
  const range = open(
    ...[point('m', 1000, Number.NaN), point('m', 2000, Number.POSITIVE_INFINITY), point('m', 3000.7, 1)],
    point('m', 3000.2, 2),
  )
  expect(range({})[0]?.values).toEqual([null, null, 2, null])
})

test('refuses a query that can not be answered', () => {
  const range = open(point('m', 1000, 1))
  for (const bad of [
    { step: 0 },
    { step: 1.5 },
    { from: Number.NaN },
    { to: 1e300 },
    { top: 0 },
    { from: -1 },
  ]) {
    expect(() => range(bad), JSON.stringify(bad)).toThrow(expect.objectContaining({ code: 'bad-request' }))
  }
  expect(() => range({ step: 1, to: 1e12 })).toThrow('the step is too small')
})
