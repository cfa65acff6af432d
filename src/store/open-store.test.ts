import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { batch, finding, finished, point, runWithStore, temporaryFolder } from '../../test/store.ts'
import type { Store } from '../core/store.ts'
import { openStore } from './open-store.ts'

async function open(
  path = join(temporaryFolder(), 'new', 'history.db'),
): Promise<{ store: Store; path: string }> {
  const store = await openStore({ path })
  onTestFinished(() => store.close())
  return { store, path }
}

test('names the targets that it holds', async () => {
  const { store } = await open()
  expect(await store.targets()).toEqual([])
  await store.append(batch(1000, [point('m', 1000, 5)]))
  await store.append(batch(1000, [], { target: 'Z' }))
  expect(await store.targets()).toEqual(['Z', 'a'])
})

const valuesOf = async (store: Store, from: number, to: number): Promise<(number | null)[]> => [
  ...((await store.range({ target: 'a', metric: 'm', from, to, step: 1000 }))[0]?.values ?? []),
]

test('gives back what it was given, also after it has been closed and opened again', {
  timeout: 30_000,
}, async () => {
  const { store, path } = await open()
  const health = { score: 83, status: 'healthy', coverage: 0.9 } as const
  await store.append(
    batch(1000, [point('m', 1000, 5, ['public', 7])], { health, findings: [finding('r', 'x')] }),
  )
  await store.append(batch(2000, [point('m', 2000, 6, ['public', 7])]))
  await store.close()

  const { store: again } = await open(path)
  const query = { target: 'a', from: 1000, to: 3000, step: 1000 }
  expect(await again.range({ ...query, metric: 'm' })).toEqual([
    { metric: 'm', labels: ['public', 7], at: [1000, 2000], values: [5, 6], max: [5, 6] },
  ])
  expect((await again.range({ ...query, metric: 'health.score' }))[0]?.values).toEqual([83, null])
  expect((await again.range({ ...query, metric: 'health.coverage' }))[0]?.values).toEqual([0.9, null])
  expect(await again.findings('a', 0)).toMatchObject([{ key: 'r/x', firstSeen: 1000, resolvedAt: null }])
  expect(await again.maintain(3000)).toEqual({ rolled: 0, dropped: 0 })
  expect(statSync(path).mode & 0o077).toBe(0)
})

test('takes any label, and keeps series apart that differ in it', async () => {
  const { store } = await open()
  const labels = [
    '',
    `'; drop table point; --`,
    'a\u0000b',
    'a',
    '💥',
    '"',
    '[]',
    '\ud800',
    'x'.repeat(100_000),
    '%_',
  ]
  await store.append(
    batch(
      1000,
      labels.map((label, i) => point('m', 1000, i, [label])),
    ),
  )
  const found = await store.range({ target: 'a', metric: 'm', from: 0, to: 2000, step: 1000 })
  expect(new Map(found.map((s) => [s.labels[0], s.values[1]]))).toEqual(new Map(labels.map((l, i) => [l, i])))
})

test('a batch that can not be kept is refused alone, wholly, and those beside it are kept', async () => {
  const { store } = await open()
  const bad = { ...point('m', 2000, 2), labels: 'not json' }
  const results = await Promise.allSettled([
    store.append(batch(0, [])),
    store.append(batch(1000, [point('m', 1000, 1)])),
    store.append(batch(2000, [point('m', 2000, 2), point('new', 2000, 2), bad])),
    store.append(batch(3000, [point('m', 3000, 3), point('new', 3000, 3)])),
    store.append(batch(Number.NaN, [], { findings: [] })),
  ])
  expect(results.map((r) => r.status)).toEqual([
    'fulfilled',
    'fulfilled',
    'rejected',
    'fulfilled',
    'rejected',
  ])
  expect(await valuesOf(store, 1000, 4000)).toEqual([1, null, 3])
  const [fresh] = await store.range({ target: 'a', metric: 'new', from: 3000, to: 4000, step: 1000 })
  expect(fresh?.values).toEqual([3])
})

test('closing writes what is waiting, stops maintenance, and refuses what comes later', async () => {
  const { store, path } = await open()
  const points = Array.from({ length: 20_000 }, (_, i) => point('m', i * 10_000, i))
  await store.append(batch(0, points))
  const maintained = store.maintain(0)
  const last = store.append(batch(1, [point('m', 1, 42)]))
  await Promise.all([store.close(), store.close(), last, maintained])
  for (const late of [store.append(batch(2, [])), store.findings('a', 0), store.maintain(0)]) {
    await expect(late).rejects.toMatchObject({ code: 'store-failed' })
  }
  const { store: again } = await open(path)
  expect(await valuesOf(again, 0, 1000)).toEqual([21])
})

test('two processes write and read the same store at once', { timeout: 60_000 }, async () => {
  const { store, path } = await open()
  const child = finished(
    runWithStore(
      path,
      `const store = await openStore({ path })
      for (let i = 0; i < 100; i++) {
        const at = i * 2000
        await store.append({ target: 'a', at, points: [{ target: 'a', metric: 'm', labels: '[]', at, value: i }] })
      }
      const [series] = await store.range({ target: 'a', metric: 'm', from: 0, to: 200000, step: 2000 })
      console.log(series.values.filter((v) => v !== null).length)
      await store.close()`,
    ),
  )
  for (let i = 0; i < 100; i++) {
    await store.append(batch(i * 2000 + 1000, [point('m', i * 2000 + 1000, -i)]))
    await store.maintain(0)
  }
  expect(await child).toBe('100\n')
  const values = await valuesOf(store, 0, 200_000)
  expect(values).toEqual(Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? i / 2 : -(i - 1) / 2 + 0)))
})

test('ten processes open a new store at once', { timeout: 120_000 }, async () => {
  const path = join(temporaryFolder(), 'history.db')
  const script = (i: number) => `
    const store = await openStore({ path })
    await store.append({ target: 'a', at: ${i}, points: [{ target: 'a', metric: 'm', labels: '[]', at: ${i * 1000}, value: ${i} }] })
    await store.close()`
  await Promise.all(Array.from({ length: 10 }, (_, i) => finished(runWithStore(path, script(i)))))
  const { store } = await open(path)
  expect(await valuesOf(store, 0, 10_000)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test('refuses a file that is none of ours and leaves it as it is', async () => {
  const folder = temporaryFolder()
  const text = join(folder, 'text.db')
  writeFileSync(text, 'dear diary, '.repeat(1000))
  await expect(openStore({ path: text })).rejects.toMatchObject({ code: 'store-failed' })
  await expect(openStore({ path: text })).rejects.toThrow('is not a history store')
  expect(readFileSync(text, 'utf8')).toBe('dear diary, '.repeat(1000))

  const other = join(folder, 'other.db')
  const db = new DatabaseSync(other)
  db.exec('create table bookmark (url text)')
  db.close()
  await expect(openStore({ path: other })).rejects.toThrow('database of another program')

  await expect(openStore({ path: join(text, 'history.db') })).rejects.toThrow('not a folder')
  mkdirSync(join(folder, 'folder.db'))
  await expect(openStore({ path: join(folder, 'folder.db') })).rejects.toMatchObject({ code: 'store-failed' })
})

test('refuses a store of a newer pgtend and says what to do', async () => {
  const { store, path } = await open()
  await store.close()
  const db = new DatabaseSync(path)
  db.exec('pragma user_version = 999')
  db.close()
  await expect(openStore({ path })).rejects.toMatchObject({
    code: 'store-newer',
    message: expect.stringContaining(path),
    remedy: expect.stringContaining('Upgrade'),
  })
})
