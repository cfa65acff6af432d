import { join } from 'node:path'
import { expect, test } from 'vitest'
import { batch, finding, openTestStore, temporaryFolder } from '../../test/store.ts'
import type { Attempt } from '../core/mending.ts'
import type { Batch, Store } from '../core/store.ts'
import { openStore } from './open-store.ts'

const RULE = 'dead-rows'
const KEY = `${RULE}/public.orders`
const FOUND = [finding(RULE, 'public.orders')]

const attempt = (at: number, more: Partial<Attempt> = {}): Attempt => ({
  ...{ key: KEY, run: `run ${at}`, action: 'vacuum', summary: 'Vacuum public.orders', by: 'ann' },
  ...{ from: at - 500, at, ok: true, detail: 'Dead rows 12,599 → 0' },
  ...{ before: { dead_rows: 12_599 }, after: { dead_rows: 0 }, ...more },
})

/** `look`: judged afresh on facts that begin at the batch's time unless told. */
function life(store: Store) {
  return {
    look: (at: number, found = FOUND, more: Partial<Batch> = {}) =>
      store.append(batch(at, [], { findings: found, judged: { [RULE]: at }, ...more })),
    ran: (a: Attempt) =>
      store.ledger.write([
        { kind: 'attempt', id: `${a.run}/${a.key}`, target: 'a', at: a.at, version: 0, value: a },
      ]),
    records: async () =>
      (await store.findings('a', 0)).map(({ outcome, fixedBy, triedBy, returnedAfter }) => ({
        ...{ outcome, fixedBy: fixedBy?.run, triedBy: triedBy?.run, returnedAfter: returnedAfter?.run },
      })),
    waiting: async () => (await store.ledger.list('attempt')).length,
  }
}
const none = { fixedBy: undefined, triedBy: undefined, returnedAfter: undefined }

test('found, run, looked again and gone: verified fixed, with what was measured, over a restart', async () => {
  const path = join(temporaryFolder(), 'history.db')
  const first = await openStore({ path })
  const { look, ran } = life(first)
  await look(1_000)
  await ran(attempt(2_000))
  await first.close()
  const store = await openTestStore(path)
  const again = life(store)
  expect(await again.records()).toEqual([{ ...none, outcome: 'open' }])
  await again.look(3_000, [])
  const { key: _, ...mending } = attempt(2_000)
  expect(await store.findings('a', 0)).toMatchObject([
    { outcome: 'verified-fixed', resolvedAt: 3_000, fixedBy: mending },
  ])
  expect(await again.waiting()).toBe(0)
})

test('found again after it was verified fixed: returned, and says what had fixed it', async () => {
  const { look, ran, records } = life(await openTestStore())
  await look(1_000)
  await ran(attempt(2_000))
  await look(3_000, [])
  await look(4_000)
  expect(await records()).toEqual([
    { ...none, outcome: 'returned', returnedAfter: 'run 2000' },
    { ...none, outcome: 'verified-fixed', fixedBy: 'run 2000' },
  ])
})

test('gone without a run is only gone, and one that comes back is only open', async () => {
  const { look, records } = life(await openTestStore())
  await look(1_000)
  await look(2_000, [])
  await look(3_000)
  expect(await records()).toEqual([
    { ...none, outcome: 'open' },
    { ...none, outcome: 'gone' },
  ])
})

test('still found: reopened at once when the action saw it too, else once statistics must have arrived', async () => {
  const { look, ran, records, waiting } = life(await openTestStore())
  await look(1_000)
  await ran(attempt(2_000, { ok: false }))
  await look(3_000)
  expect(await records()).toEqual([{ ...none, outcome: 'reopened', triedBy: 'run 2000' }])
  await ran(attempt(4_000))
  await look(5_000)
  expect(await waiting()).toBe(1)
  await look(20_000)
  expect(await records()).toEqual([{ ...none, outcome: 'reopened', triedBy: 'run 4000' }])
  await ran(attempt(21_000))
  await look(22_000)
  await look(23_000, [])
  expect(await records()).toEqual([
    { ...none, outcome: 'verified-fixed', triedBy: 'run 4000', fixedBy: 'run 21000' },
  ])
})

test.each<[string, Partial<Batch>]>([
  ['the facts are older than the run', { judged: { [RULE]: 1_500 } }],
  ['the rule was not judged afresh', { judged: {} }],
  ['the rule could not be judged', { blind: [RULE] }],
])('a look proves nothing where %s', async (_, more) => {
  const { look, ran, waiting, records } = life(await openTestStore())
  await look(1_000)
  await ran(attempt(2_000))
  await look(3_000, [], more)
  expect(await waiting()).toBe(1)
  expect(await records()).not.toMatchObject([{ outcome: 'verified-fixed' }])
  await look(4_000, [])
  expect(await records()).toMatchObject([{ outcome: 'verified-fixed' }])
})

test('closed by a look while the run was under way: the run has it; closed before it began: it has not', async () => {
  const { look, ran, records } = life(await openTestStore())
  await look(1_000)
  await look(2_000, [])
  await ran(attempt(2_100, { from: 1_500 }))
  await look(3_000, [])
  expect(await records()).toMatchObject([{ outcome: 'verified-fixed' }])
  await look(4_000)
  await look(5_000, [])
  await ran(attempt(7_000, { from: 6_000 }))
  await look(8_000, [])
  expect(await records()).toMatchObject([{ outcome: 'gone' }, { outcome: 'verified-fixed' }])
})

test('a finding that began after the run is none of its business, nor one of another target or table', async () => {
  const { look, ran, records, waiting } = life(await openTestStore())
  await ran(attempt(1_000))
  await look(30_000)
  expect(await records()).toEqual([{ ...none, outcome: 'open' }])
  await ran(attempt(31_000, { key: `${RULE}/public.others` }))
  await look(32_000, [])
  expect(await records()).toEqual([{ ...none, outcome: 'gone' }])
  expect(await waiting()).toBe(0)
})

test("another session with the same number is not the first one's return", async () => {
  const store = await openTestStore()
  const { look, ran, records } = life(store)
  const found = [finding(RULE, 'pid 7')]
  await look(1_000, found)
  await ran(attempt(2_000, { key: `${RULE}/pid 7` }))
  await look(3_000, [])
  await look(4_000, found)
  expect(await records()).toMatchObject([{ outcome: 'open' }, { outcome: 'verified-fixed' }])
})
