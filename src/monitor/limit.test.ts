import { expect, test } from 'vitest'
import { createLimit } from './limit.ts'

const never = (): Promise<never> => new Promise(() => undefined)

test('work that hangs gives its place to others', async () => {
  const limit = createLimit(2, 20)
  for (let i = 0; i < 5; i++) void limit(never)
  expect(await limit(async () => 'done')).toBe('done')
})

test('no more than allowed begin at once, and a failure is the caller’s', async () => {
  const limit = createLimit(2, 60_000)
  let running = 0
  let most = 0
  const work = async (i: number) => {
    most = Math.max(most, ++running)
    await new Promise((resolve) => setImmediate(resolve))
    running--
    if (i === 3) throw new Error('third')
    return i
  }
  const all = await Promise.allSettled([1, 2, 3, 4, 5].map((i) => limit(() => work(i))))
  expect(all.map((r) => r.status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
  expect(most).toBe(2)
})
