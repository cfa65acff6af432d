import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { AppError } from '../core/errors.ts'
import type { Batch, Store } from '../core/store.ts'
import { createRecorder } from './recorder.ts'

const batch = (at: number): Batch => ({ target: 't', at, points: [] })

/** A store whose disk can be filled and freed. */
function disk() {
  const written: number[] = []
  const state = { full: false }
  const append = async (b: Batch): Promise<void> => {
    await sleep(1)
    if (state.full) throw new AppError('store-failed', 'the disk is full')
    written.push(b.at)
  }
  return { written, state, store: { append } as unknown as Store }
}

test('batches arrive in order, each once', async () => {
  const { store, written } = disk()
  const recorder = createRecorder(store, () => undefined)
  for (let at = 0; at < 20; at++) recorder.add(batch(at))
  await recorder.close()
  expect(written).toEqual(Array.from({ length: 20 }, (_, i) => i))
})

test('a full disk is told once, and nothing is lost when it is free again', async () => {
  const { store, written, state } = disk()
  const told: string[] = []
  const recorder = createRecorder(store, (e) => told.push(e.code))
  state.full = true
  for (let at = 0; at < 5; at++) recorder.add(batch(at))
  await sleep(50)
  expect(recorder.trouble).toMatchObject({ waiting: 5, lost: 0 })
  expect(told).toEqual(['store-failed'])
  state.full = false
  recorder.add(batch(5))
  await recorder.close()
  expect(written).toEqual([0, 1, 2, 3, 4, 5])
  expect(recorder.trouble).toBeUndefined()
})

test('what waits is bounded: the oldest go, and are counted', async () => {
  const { store, state } = disk()
  state.full = true
  const recorder = createRecorder(store, () => undefined)
  for (let at = 0; at < 400; at++) recorder.add(batch(at))
  await sleep(20)
  expect(recorder.trouble).toMatchObject({ waiting: 360, lost: 40 })
})
