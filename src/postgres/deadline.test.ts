import { expect, test } from 'vitest'
import type { Connection } from './connection.ts'
import { withDeadline } from './deadline.ts'

/** As far as a deadline needs one: what it is asked for is noted. */
function silent() {
  const asked: string[] = []
  const connection = {
    cancel: async () => void asked.push('cancel'),
    destroy: (why: string) => void asked.push(why),
  } as unknown as Connection
  return { asked, connection }
}

test('work that is never answered, not even when the session is dropped, is given up', async () => {
  const { asked, connection } = silent()
  await expect(withDeadline(connection, 10, new Promise(() => {}))).rejects.toThrow('no answer within 10 ms')
  expect(asked[0]).toBe('cancel')
  expect(asked.at(-1)).toBe('no answer within 10 ms')
})

test('work in time is left alone, and its error is its own', async () => {
  const { asked, connection } = silent()
  expect(await withDeadline(connection, 10_000, Promise.resolve(1))).toEqual({ value: 1, late: false })
  await expect(withDeadline(connection, 10_000, Promise.reject(new Error('broken')))).rejects.toThrow(
    'broken',
  )
  expect(asked).toEqual([])
})
