import { expect, test } from 'vitest'
import { batch, point } from '../../test/store.ts'
import { AppError } from '../core/errors.ts'
import type { Batch } from '../core/store.ts'
import { createWriteQueue, MOST_WAITING } from './write-queue.ts'

/** A writer whose disk answers when it is told to. */
function slowWriter() {
  const groups: (readonly Batch[])[] = []
  const answers: { resolve: (errors: (AppError | null)[]) => void; reject: (error: Error) => void }[] = []
  const queue = createWriteQueue((batches) => {
    groups.push(batches)
    return new Promise((resolve, reject) => {
      answers.push({ resolve, reject })
    })
  })
  return { queue, groups, answers }
}

const refused = new AppError('store-failed', 'no')

test('what comes while a group is written forms the next one, and each batch gets its own answer', async () => {
  const { queue, groups, answers } = slowWriter()
  const first = queue.add(batch(1, []))
  const [second, third] = [queue.add(batch(2, [])), queue.add(batch(3, []))]
  answers[0]?.resolve([null])
  await first
  expect(groups.map((group) => group.map((b) => b.at))).toEqual([[1], [2, 3]])
  answers[1]?.resolve([refused, null])
  await expect(second).rejects.toBe(refused)
  await third
  await queue.drained()
})

test('a group that fails rejects all of it, and writing goes on', async () => {
  const { queue, answers } = slowWriter()
  const first = queue.add(batch(1, []))
  answers[0]?.reject(refused)
  await expect(first).rejects.toBe(refused)
  const second = queue.add(batch(2, []))
  answers[1]?.resolve([null])
  await second
})

test('a group has a bounded number of points, but at least one batch', async () => {
  const { queue, groups, answers } = slowWriter()
  const big = Array.from({ length: 12_000 }, (_, i) => point('m', i, i))
  const all = [queue.add(batch(0, [])), queue.add(batch(1, big)), queue.add(batch(2, big))]
  for (let i = 0; i < 3; i++) {
    answers[i]?.resolve([null])
    await all[i]
  }
  expect(groups.map((group) => group.length)).toEqual([1, 1, 1])
})

test('the queue is bounded: beyond it a batch is refused at once', async () => {
  const { queue } = slowWriter()
  // One is being written, the rest wait.
  for (let i = 0; i <= MOST_WAITING; i++) void queue.add(batch(i, []))
  await expect(queue.add(batch(0, []))).rejects.toMatchObject({ code: 'store-failed' })
})
