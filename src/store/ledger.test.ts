import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../../test/store.ts'
import type { Change } from '../core/ledger.ts'
import type { Store } from '../core/store.ts'
import { openStore } from './open-store.ts'

async function opened(path = join(temporaryFolder(), 'history.db')): Promise<Store> {
  const store = await openStore({ path })
  onTestFinished(() => store.close())
  return store
}
const change = (id: string, version: number, value: unknown, more: Partial<Change> = {}): Change => ({
  ...{ kind: 'job', id, target: 't', at: 1, version, value },
  ...more,
})

test('an entry is added, changed by whom has seen it last, and removed', async () => {
  const { ledger } = await opened()
  expect(await ledger.write([change('a', 0, { n: 1 })])).toBe(true)
  expect(await ledger.write([change('a', 0, { n: 2 })])).toBe(false)
  expect(await ledger.write([change('a', 1, { n: 3 }, { at: 2.9 })])).toBe(true)
  expect(await ledger.write([change('a', 1, { n: 4 })])).toBe(false)
  expect(await ledger.get('job', 'a')).toEqual({
    kind: 'job',
    id: 'a',
    target: 't',
    at: 2,
    version: 2,
    value: { n: 3 },
  })
  expect(await ledger.write([change('a', 2, null)])).toBe(true)
  expect(await ledger.get('job', 'a')).toBeUndefined()
})

test('changes are written together or not at all', async () => {
  const { ledger } = await opened()
  await ledger.write([change('a', 0, 1)])
  expect(await ledger.write([change('b', 0, 1), change('a', 7, 2)])).toBe(false)
  expect(await ledger.get('job', 'b')).toBeUndefined()
})

test('lists are newest first, by target and time', async () => {
  const { ledger } = await opened()
  await ledger.write([1, 2, 3].map((at) => change(`x${at}`, 0, at, { at, target: at === 2 ? 'other' : 't' })))
  const ids = async (filter?: Parameters<typeof ledger.list>[1]) =>
    (await ledger.list('job', filter)).map((e) => e.value)
  expect(await ids()).toEqual([3, 2, 1])
  expect(await ids({ target: 't' })).toEqual([3, 1])
  expect(await ids({ since: 2 })).toEqual([3, 2])
  expect(await ids({ limit: 1 })).toEqual([3])
})

test('the audit log can only grow', async () => {
  const { ledger } = await opened()
  expect(await ledger.write([change('a', 0, 'done', { kind: 'audit' })])).toBe(true)
  await expect(ledger.write([change('a', 1, 'undone', { kind: 'audit' })])).rejects.toThrow(/append-only/)
  await expect(ledger.write([change('a', 1, null, { kind: 'audit' })])).rejects.toThrow(/append-only/)
  expect((await ledger.get('audit', 'a'))?.value).toBe('done')
})

test('of two processes that both want an entry one gets it', async () => {
  const path = join(temporaryFolder(), 'history.db')
  const stores = [await opened(path), await opened(path)]
  for (let round = 0; round < 20; round++) {
    const won = await Promise.all(stores.map((s, i) => s.ledger.write([change(`lease${round}`, 0, i)])))
    expect(won.filter(Boolean)).toHaveLength(1)
  }
})
