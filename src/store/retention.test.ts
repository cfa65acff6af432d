import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { batch, finding, point } from '../../test/store.ts'
import type { Point } from '../core/store.ts'
import { createAppender } from './append.ts'
import { readFindings } from './findings.ts'
import { migrate } from './migrate.ts'
import { readRange } from './range.ts'
import { maintenance } from './retention.ts'
import { BROAD, COARSE, floorTo, RAW_KEPT, RAW_RANGE, ROLLED_KEPT, WIDTH } from './rollup.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** An hour boundary. */
const START = 480_000 * HOUR

function open() {
  const db = new DatabaseSync(':memory:')
  migrate(db)
  const append = createAppender(db)
  return {
    db,
    append: (...points: Point[]) => expect(append([batch(points[0]?.at ?? START, points)])).toEqual([null]),
    appendAll: append,
    maintain: (now: number) =>
      [...maintenance(db, now)].reduce(
        (all, done) => ({ rolled: all.rolled + done.rolled, dropped: all.dropped + done.dropped }),
        { rolled: 0, dropped: 0 },
      ),
    range: (from: number, to: number, step: number, metric = 'm') =>
      readRange(db, { target: 'a', metric, from, to, step, top: 100 }),
    count: (table: string) => db.prepare(`select count(*) as n from ${table}`).get() as { n: number },
    extent: () =>
      db.prepare('select rolled_to, raw_from from target').get() as { rolled_to: number; raw_from: number },
  }
}

/** The answer as it must be, from all points that were ever given. */
function recompute(points: readonly Point[], from: number, to: number, step: number) {
  const inside = points.filter(({ at }) => from <= at && at < to)
  const buckets: Record<string, { mean: number; max: number }> = {}
  const groups = Object.entries(Object.groupBy(inside, (p) => `${p.labels}@${floorTo(p.at, step)}`))
  for (const [key, own = []] of groups) {
    const values = own.map((p) => p.value)
    buckets[key] = { mean: values.reduce((a, b) => a + b, 0) / values.length, max: Math.max(...values) }
  }
  return buckets
}

function flatten(series: ReturnType<typeof readRange>) {
  const buckets: Record<string, { mean: number; max: number }> = {}
  for (const { labels, at, values, max } of series) {
    for (const [i, mean] of values.entries()) {
      if (mean !== null) buckets[`${JSON.stringify(labels)}@${at[i]}`] = { mean, max: max[i] as number }
    }
  }
  return buckets
}

const points = fc
  .uniqueArray(
    fc.record({
      minute: fc.integer({ min: 0, max: 60 * 60 }),
      second: fc.integer({ min: 0, max: 59 }),
      series: fc.integer({ min: 0, max: 2 }),
      value: fc.integer({ min: -1000, max: 1000 }),
    }),
    { minLength: 1, maxLength: 60, selector: (p) => `${p.series} ${p.minute} ${p.second}` },
  )
  .map((all) => all.map((p) => point('m', START + p.minute * 60_000 + p.second * 1000, p.value, [p.series])))

test('whatever order points come in, and whenever maintenance runs, roll-ups equal a recomputation', () => {
  fc.assert(
    fc.property(
      points,
      fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 4 }),
      fc.integer({ min: 0, max: 60 * 60 }),
      fc.integer({ min: 1, max: 60 * 60 }),
      (given, maintainedAfter, fromMinute, minutes) => {
        const { append, maintain, range, extent, db } = open()
        for (const [i, own] of given.entries()) {
          append(own)
          if (maintainedAfter.includes(i)) maintain(own.at)
        }
        maintain(Math.max(...given.map((p) => p.at)))
        for (const step of [WIDTH, 3 * WIDTH, COARSE, 2 * HOUR, BROAD]) {
          const [from, to] = [START + floorTo(fromMinute, 5) * 60_000, START + 61 * HOUR]
          expect(flatten(range(from, to, step))).toEqual(recompute(given, from, to, step))
        }
        // Borders within a bucket are exact as long as raw points are kept.
        const from = Math.max(extent().raw_from, START + fromMinute * 60_000 + 1)
        const to = from + minutes * 60_000
        expect(flatten(range(from, to, WIDTH))).toEqual(recompute(given, from, to, WIDTH))
        const soon = Math.min(to, from + RAW_RANGE)
        expect(flatten(range(from, soon, 60_000 * 4))).toEqual(recompute(given, from, soon, 60_000 * 4))
        db.close()
      },
    ),
    { numRuns: 150 },
  )
})

test('maintaining twice changes nothing, and stopping halfway loses nothing', () => {
  const { db, append, maintain, range } = open()
  const given = Array.from({ length: 600 }, (_, i) => point('m', START + i * 30_000, i))
  append(...given)
  const now = START + 5 * HOUR
  const halfway = maintenance(db, now)
  for (let i = 0; i < 3; i++) halfway.next()
  halfway.return(undefined)
  expect(flatten(range(START, now, WIDTH))).toEqual(recompute(given, START, now, WIDTH))
  expect(maintain(now).rolled).toBeGreaterThan(0)
  expect(maintain(now)).toEqual({ rolled: 0, dropped: 0 })
  expect(flatten(range(START, now, WIDTH))).toEqual(recompute(given, START, now, WIDTH))
})

test('raw points go after 48 hours, their roll-ups stay, and a shorter step is then widened', () => {
  const { append, maintain, range, count, extent } = open()
  const old = Array.from({ length: 20 }, (_, i) => point('m', START + i * 60_000, i))
  const end = START + 20 * 60_000 + RAW_KEPT
  append(...old, point('m', end, 7))
  expect(maintain(end).dropped).toBe(20)
  expect(count('point').n).toBe(1)
  expect(extent().raw_from).toBeLessThanOrEqual(end - RAW_KEPT)
  const [series] = range(START, START + 20 * 60_000, 60_000)
  expect(series?.at).toEqual([0, 1, 2, 3].map((i) => START + i * WIDTH))
  expect(series?.values).toEqual([2, 7, 12, 17])
  expect(series?.max).toEqual([4, 9, 14, 19])
})

test('a point that comes when the raw points of its time are gone still counts, in every width', () => {
  const { append, maintain, range } = open()
  append(point('m', START, 1), point('m', START + 2 * HOUR + RAW_KEPT, 7))
  maintain(START + 2 * HOUR + RAW_KEPT)
  append(point('m', START + 1000, 4))
  maintain(START + 2 * HOUR + RAW_KEPT)
  for (const step of [WIDTH, COARSE, BROAD]) {
    const [series] = range(START, START + step, step)
    expect([series?.values, series?.max]).toEqual([[2.5], [4]])
  }
})

test('a watched server whose clock is days behind or ahead keeps its points', () => {
  for (const skew of [-5 * DAY, 5 * DAY]) {
    const { append, maintain, count, range } = open()
    const at = START + 100 * DAY
    append(...Array.from({ length: 10 }, (_, i) => point('m', at + skew + i * 60_000, i)))
    maintain(at)
    expect(count('point').n).toBe(10)
    expect(range(at + skew, at + skew + 10 * 60_000, 60_000)[0]?.values).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
    ])
  }
})

test('after 90 days everything goes: roll-ups, series, resolved findings; not what is still open', () => {
  const { db, append, appendAll, maintain, count } = open()
  append(point('m', START, 1), point('old', START, 1))
  const later = START + ROLLED_KEPT + 2 * DAY
  appendAll([
    batch(START, [], { findings: [finding('open', 'x'), finding('gone', 'x')] }),
    batch(START + 1, [], { findings: [finding('open', 'x')] }),
  ])
  append(point('m', later, 2))
  maintain(later)
  expect(count('series').n).toBe(1)
  expect(count('rollup').n).toBe(0)
  expect(count('point').n).toBe(1)
  expect(readFindings(db, 'a', 0).map((f) => f.rule)).toEqual(['open'])
})

test('a writer that remembers series writes them anew after they have been removed', () => {
  const { append, maintain, range } = open()
  append(point('rare', START, 1))
  const later = START + ROLLED_KEPT + 2 * DAY
  append(point('m', later, 2))
  maintain(later)
  append(point('rare', later, 3))
  expect(range(later, later + 1, 1000, 'rare')[0]?.values).toEqual([3])
  expect(range(later, later + 1, 1000, 'm')[0]?.values).toEqual([2])
})
