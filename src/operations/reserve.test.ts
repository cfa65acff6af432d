import { expect, test } from 'vitest'
import type { ActionSession } from '../core/action-session.ts'
import { AppError } from '../core/errors.ts'
import { createReserve } from './reserve.ts'

/** A session that only tells whether it is open: what a reserve is about. */
function session(): ActionSession & { lose(): void } {
  let open = true
  return {
    ...{ pid: 1, backendStart: '', capabilities: {} as ActionSession['capabilities'] },
    get open() {
      return open
    },
    read: () => Promise.reject(new Error('not read here')),
    execute: async () => ({ rows: [{ ran: true }] }),
    cancel: async () => {},
    close: async () => {
      open = false
    },
    lose: () => {
      open = false
    },
  }
}

const step = (timeout: number) => ({ sql: '', transactional: true, timeout, lockTimeout: 1 })

test('the reserve is lent only when no slot is left, for short steps, and is there again afterwards', async () => {
  let full = false
  const made: ReturnType<typeof session>[] = []
  const reserve = createReserve({
    targets: ['db'],
    async connect() {
      if (full) throw new AppError('too-many-connections', 'db')
      const next = session()
      made.push(next)
      return next
    },
    onError: () => {},
  })
  reserve.start()
  await reserve.ready()
  expect(made).toHaveLength(1)
  const own = await reserve.open('db')
  expect(made).toHaveLength(2)
  await own.close()
  full = true
  const [one, two] = [await reserve.open('db'), await reserve.open('db')]
  expect((await one.execute(step(30_000))).rows).toEqual([{ ran: true }])
  await expect(one.execute(step(3_600_000))).rejects.toMatchObject({ code: 'too-many-connections' })
  await one.close()
  expect(two.open).toBe(true)
  made[0]?.lose()
  await expect(reserve.open('db')).rejects.toMatchObject({ code: 'too-many-connections' })
  await reserve.stop()
  expect(made.every((s) => !s.open)).toBe(true)
})

test('any other trouble is passed on, and told once', async () => {
  const errors: Error[] = []
  const reserve = createReserve({
    targets: ['db'],
    connect: () => Promise.reject(new AppError('login-failed', 'db')),
    onError: (error) => errors.push(error),
  })
  reserve.start()
  await reserve.ready()
  await expect(reserve.open('db')).rejects.toMatchObject({ code: 'login-failed' })
  expect(errors).toHaveLength(1)
  await reserve.stop()
})
