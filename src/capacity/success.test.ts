import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DAY, fillHistory, TRUTH } from '../../test/history.ts'
import type { Success } from '../core/capacity.ts'
import type { Entry, EntryKind } from '../core/ledger.ts'
import type { Series, Store } from '../core/store.ts'
import { openStore } from '../store/open-store.ts'
import { successOf } from './success.ts'

const NOW = Date.UTC(2026, 5, 1, 13, 7)
const metric = (success: Success, name: string) => success.metrics.find((m) => m.name === name)

describe('of 90 days in a store', () => {
  let folder: string
  let store: Store
  const over = (days: number) =>
    successOf(store, { target: 'app', database: 'app', from: NOW - days * DAY, to: NOW, tick: 10 })

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pgtend-success-'))
    store = await openStore({ path: join(folder, 'history.db') })
    await fillHistory(store, { now: NOW, unwatched: [[20, 17]], down: [[5, 4.9]] })
  })
  afterAll(async () => {
    await store.close()
    await rm(folder, { recursive: true })
  })

  test('each goal has its actual value, and those met are met', async () => {
    const success = await over(30)
    expect(success.metrics.map((m) => [m.name, m.met])).toEqual([
      ['p95', true],
      ['availability', false],
      ['connections', true],
      ['cache-hit', true],
      ['dead-rows', true],
      ['backups', null],
      ['recovery', null],
    ])
    for (const [name, actual] of [
      ['p95', TRUTH.p95],
      ['connections', TRUTH.utilisation],
      ['cache-hit', TRUTH.cacheHit],
      ['dead-rows', TRUTH.deadRows],
    ] as const) {
      expect(metric(success, name)?.actual).toBeCloseTo(actual, 1)
      expect(metric(success, name)?.trend).toBeCloseTo(0, 1)
    }
  })

  test('time in which pgtend was off is unknown, neither up nor down', async () => {
    const { watched, metrics } = await over(30)
    expect(watched).toBeCloseTo(27 / 30, 2)
    const { actual, errorBudget, trend, note } = metrics[1] ?? {}
    expect(actual).toBeCloseTo(1 - 0.1 / 27, 4)
    expect(errorBudget?.total).toBeCloseTo(30 * 86.4, 5)
    expect(errorBudget?.spent).toBeCloseTo(0.1 * 86_400, -3)
    expect(trend).toBeCloseTo(-0.1 / 27, 4)
    expect(note).toContain('of 30 d')
  })

  test('with most of the time unseen nothing is met, but an outage that used up the budget is missed', async () => {
    const mostlyOff = await successOf(store, {
      ...{ target: 'app', database: 'app', from: NOW - 20.5 * DAY, to: NOW - 16.6 * DAY, tick: 10 },
    })
    expect(mostlyOff.watched).toBeLessThan(0.5)
    expect(metric(mostlyOff, 'p95')).toMatchObject({ actual: expect.any(Number), met: null })
    expect(metric(mostlyOff, 'availability')).toMatchObject({ actual: 1, met: null })
    expect(metric(mostlyOff, 'p95')?.note).toContain('too little to judge')
    const down = await successOf(store, {
      ...{ target: 'app', database: 'app', from: NOW - 5.05 * DAY, to: NOW - 4.85 * DAY, tick: 10 },
    })
    expect(metric(down, 'availability')).toMatchObject({ met: false })
  })

  test('without a database named, the cache hit is that of all, and says so', async () => {
    const all = await successOf(store, { target: 'app', from: NOW - 7 * DAY, to: NOW, tick: 10 })
    expect(metric(all, 'cache-hit')).toMatchObject({
      actual: expect.closeTo(0.545, 2),
      note: 'Of all databases of the server.',
    })
  })

  test('a target without history knows nothing', async () => {
    const nothing = await successOf(store, { target: 'x', from: NOW - DAY, to: NOW, tick: 10 })
    expect(nothing.watched).toBe(0)
    for (const m of nothing.metrics) {
      expect(m).toMatchObject({ actual: null, met: null, trend: null, note: expect.stringMatching(/\.$/) })
    }
  })
})

type Given = Partial<Record<EntryKind, readonly { readonly at: number; readonly value: object }[]>>

/** What a made-up ledger says of the last week. */
async function recorded(given: Given, up: (at: number) => number | null = () => 1): Promise<Success> {
  const list = async (kind: EntryKind) =>
    (given[kind] ?? []).map(({ at, value }) => ({ at: NOW - at * DAY, value })) as unknown as Entry<never>[]
  const range: Store['range'] = async ({ metric: name, from, to, step }): Promise<Series[]> => {
    if (name !== 'target.up') return []
    const at = Array.from({ length: (to - from) / step }, (_, i) => from + i * step)
    const values = at.map(up)
    return [{ metric: name, labels: [], at, values, max: values }]
  }
  const ledger = { list, get: async () => undefined, write: async () => true }
  return successOf({ range, ledger }, { target: 'a', from: NOW - 7 * DAY, to: NOW, tick: 10 })
}
const backup = (at: number, status: string, verified?: { at: number; ok: boolean; seconds: number }) => ({
  at,
  value: { status, ...(verified ? { verified: { ...verified, at: NOW - verified.at * DAY } } : {}) },
})

test('backups: those under way don’t count, those before are the trend', async () => {
  const success = await recorded({
    backup: [
      backup(1, 'done'),
      backup(2, 'failed'),
      backup(0.1, 'running'),
      backup(8, 'done'),
      backup(15, 'failed'),
    ],
  })
  expect(metric(success, 'backups')).toMatchObject({
    actual: 0.5,
    met: false,
    trend: -0.5,
    errorBudget: { total: 0, spent: 1, unit: 'count' },
  })
})

test('recovery: the longest of recoveries and restore tests of the period', async () => {
  const success = await recorded({
    backup: [backup(9, 'done', { at: 1, ok: true, seconds: 300 })],
    recovery: [
      { at: 2, value: { status: 'recovered', secondsToRecovery: 420 } },
      { at: 10, value: { status: 'recovered', secondsToRecovery: 4000 } },
    ],
  })
  expect(metric(success, 'recovery')).toMatchObject({
    actual: 420,
    met: true,
    trend: -3580,
    note: '1 recovery, 1 restore test.',
  })
})

test('a backup that is proved not to be restorable is none that succeeded', async () => {
  const success = await recorded({
    backup: [backup(1, 'done', { at: 1, ok: false, seconds: 5 })],
    recovery: [{ at: 2, value: { status: 'recovered', secondsToRecovery: 10 } }],
  })
  expect(metric(success, 'backups')).toMatchObject({ actual: 0, met: false, note: '0 of 1 backup.' })
  expect(metric(success, 'recovery')).toMatchObject({
    met: false,
    note: '1 recovery, 1 restore test failed.',
  })
})

test.each([
  ['a restore test', { backup: [backup(1, 'done', { at: 1, ok: false, seconds: 5 })] }],
  ['a recovery', { recovery: [{ at: 1, value: { status: 'not-recovered' } }] }],
])('%s that failed is the goal missed', async (_, given) => {
  expect(metric(await recorded(given), 'recovery')).toMatchObject({ actual: null, met: false })
})

test('half a minute of the week down is within the budget of ten', async () => {
  const success = await recorded({}, (at) => (at === NOW - DAY ? 0.9 : 1))
  expect(metric(success, 'availability')).toMatchObject({
    met: true,
    errorBudget: { total: expect.closeTo(604.8, 6), spent: expect.closeTo(30, 6), unit: 'seconds' },
  })
})
