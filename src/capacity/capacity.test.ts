import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DAY, fillHistory, TRUTH } from '../../test/history.ts'
import type { Capacity } from '../core/capacity.ts'
import type { Series, Store } from '../core/store.ts'
import { openStore } from '../store/open-store.ts'
import { capacityOf } from './capacity.ts'

const NOW = Date.UTC(2026, 5, 1, 13, 7)
const GIB = 1024 ** 3

describe('of 90 days in a store', () => {
  let folder: string
  let store: Store
  let capacity: Capacity

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pgtend-capacity-'))
    store = await openStore({ path: join(folder, 'history.db') })
    await fillHistory(store, { now: NOW })
    capacity = await capacityOf(store, { target: 'app', database: 'shop', storageLimit: 5 * GIB, now: NOW })
  })
  afterAll(async () => {
    await store.close()
    await rm(folder, { recursive: true })
  })
  const subject = (name: string) => capacity.subjects.find((s) => s.name === name)

  test('what has a limit comes first, then tables by size', () =>
    expect(capacity.subjects.map((s) => `${s.kind} ${s.name}`)).toEqual([
      'database shop',
      'connections connections',
      'transaction-ids app',
      `table ${TRUTH.load.table}`,
      `table ${TRUTH.flat.table}`,
    ]))

  test('the database: growth within its interval, and the day of the limit', () => {
    const { perDay, current, limitReached, in6Months, history } = subject('shop') ?? {}
    const truth = TRUTH.database
    expect(perDay?.low).toBeLessThanOrEqual(truth.perDay)
    expect(perDay?.high).toBeGreaterThanOrEqual(truth.perDay)
    expect(Math.abs((current ?? 0) / truth.now - 1)).toBeLessThan(0.01)
    const day = NOW + ((5 * GIB - truth.now) / truth.perDay) * DAY
    expect(Math.abs((limitReached?.expected ?? 0) - day)).toBeLessThan(3 * DAY)
    expect(in6Months?.mid).toBeGreaterThan(5 * GIB)
    expect(history?.at.length).toBe(history?.values.length)
    expect(history?.at.length).toBeGreaterThanOrEqual(90)
  })

  test('a loaded table: growth from after the load, which is named', () => {
    const { perDay, note, limit, limitReached } = subject(TRUTH.load.table) ?? {}
    expect(Math.abs((perDay?.mid ?? 0) / TRUTH.load.perDay - 1)).toBeLessThan(0.05)
    expect(note).toContain('+600 MB on 2026-05-02')
    expect({ limit, limitReached }).toEqual({ limit: null, limitReached: null })
  })

  test('connections: peaks against what is usable, and no date for what does not grow', () =>
    expect(subject('connections')).toMatchObject({ limit: TRUTH.usable, limitReached: null, unit: 'count' }))

  test('transaction ids that autovacuum has had no reason to freeze: a rate and no date', () =>
    expect(subject('app')).toMatchObject({
      perDay: { mid: expect.closeTo(400_000, -3) },
      limitReached: null,
      in6Months: null,
      note: expect.stringContaining('200,000,000'),
    }))

  test('another target has nothing', async () => {
    const other = await capacityOf(store, { target: 'x', database: 'x', storageLimit: null, now: NOW })
    expect(other).toEqual({ at: NOW, subjects: [] })
  })
})

/** A store that answers every step with the same function of time. */
const storeOf = (metrics: Record<string, (at: number) => number | null>): Pick<Store, 'range'> => ({
  async range({ metric, from, to, step }): Promise<Series[]> {
    const value = metrics[metric]
    if (!value) return []
    const at = Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => from + i * step)
    const values = at.map((time) => (time > NOW ? null : value(time)))
    const labels = metric.startsWith('storage') ? [] : ['public', 'orders']
    return [{ metric, labels, at, values, max: values }]
  },
})
const read = (metrics: Parameters<typeof storeOf>[0], storageLimit: number | null = null) =>
  capacityOf(storeOf(metrics), { target: 'a', database: 'shop', storageLimit, now: NOW })

test('three days are no forecast yet, and it says so', async () => {
  const size = (at: number) => (at < NOW - 3 * DAY ? null : 1e9 + at / 1e6)
  const { subjects } = await read({ 'storage.database': size }, 2e9)
  expect(subjects).toMatchObject([
    {
      perDay: null,
      in3Months: null,
      in6Months: null,
      limitReached: null,
      note: expect.stringMatching(/7 days.*are [34]/),
    },
  ])
})

test('a table that is gone is left out; one that is not read any more says since when', async () => {
  const growing = (until: number) => (at: number) => (at > until ? null : 1e9 + (at - NOW) / 1e3)
  const gone = await read({ 'storage.database': growing(NOW), 'table-sizes.total': growing(NOW - 4 * DAY) })
  expect(gone.subjects.map((s) => s.kind)).toEqual(['database'])
  const stopped = NOW - 10 * DAY
  const { subjects } = await read({
    'storage.database': growing(stopped),
    'table-sizes.total': growing(stopped),
  })
  expect(subjects.map((s) => s.kind)).toEqual(['database', 'table'])
  for (const { note } of subjects) expect(note).toContain('Not read since 2026-05-22.')
})

test('a limit that has been exceeded is reached now', async () => {
  const { subjects } = await read({ 'storage.database': () => 3e9 }, 2e9)
  expect(subjects[0]?.limitReached).toEqual({ earliest: NOW, expected: NOW, latest: NOW })
})
