import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { httpReceiver } from '../../test/receivers.ts'
import { openTestStore } from '../../test/store.ts'
import type { Ledger } from '../core/ledger.ts'
import type { Channel, Delivery, Letter, Message } from '../core/notice.ts'
import { startOutbox } from './outbox.ts'
import { webhook } from './webhook.ts'

const TIMING = { lease: 500, look: 20, pause: 20, attempts: 3 }

const message = (id: string): Message => ({ id, at: 1, target: { id: 't', name: 'T' }, notices: [] })
const post = async (
  ledger: Ledger,
  n: number,
  channel = 'team',
  more: Partial<Letter> = {},
): Promise<void> => {
  const id = `letter-${n}`
  const value: Letter = {
    ...{ type: 'letter', channel, message: message(id), state: 'waiting', attempts: 0, due: 0 },
    ...more,
  }
  await ledger.write([{ kind: 'outbox', id, target: 't', at: 1_900_000_000_000 + n, version: 0, value }])
}
const letters = async (ledger: Ledger) =>
  (await ledger.list<Letter | Delivery>('outbox')).map((e) => e.value).filter((v) => v.type === 'letter')

function deliver(ledger: Ledger, channels: readonly Channel[], onError = (_: Error) => {}) {
  const outbox = startOutbox({ ledger, channels, owner: randomUUID(), onError, timing: TIMING })
  onTestFinished(() => outbox.stop())
  return outbox
}
const until = async (holds: () => Promise<boolean> | boolean): Promise<void> => {
  while (!(await holds())) await sleep(10)
}

test('letters arrive in order, once, though two processes deliver; nothing is left', async () => {
  const { url, received } = await httpReceiver()
  const { ledger } = await openTestStore()
  for (let n = 0; n < 20; n++) await post(ledger, n)
  const channels = [webhook({ name: 'team', url })]
  for (const _ of [1, 2]) deliver(ledger, channels)
  await until(async () => (await letters(ledger)).length === 0)
  const ids = received.map((r) => r.headers['idempotency-key'])
  expect(ids).toEqual(Array.from({ length: 20 }, (_, n) => `letter-${n}`))
  expect((await ledger.get<Delivery>('outbox', 'delivery/team'))?.value.lastSentAt).toBeGreaterThan(0)
})

test('one that fails is tried again with the same id while the next waits, and is given up in the end', async () => {
  const { url, received, answer } = await httpReceiver()
  const { ledger } = await openTestStore()
  answer(500)
  await post(ledger, 1)
  await post(ledger, 2)
  deliver(ledger, [webhook({ name: 'team', url })])
  await until(async () => (await letters(ledger)).every((l) => l.state === 'dead'))
  const ids = received.map((r) => r.headers['idempotency-key'])
  expect(ids).toEqual([...Array(3).fill('letter-1'), ...Array(3).fill('letter-2')])
  expect(await letters(ledger)).toMatchObject([{ error: 'the receiver answered 500' }, { attempts: 3 }])
  expect((await ledger.get<Delivery>('outbox', 'delivery/team'))?.value.lastError).toContain('500')
})

test('a channel that hangs holds up nobody else', async () => {
  const { url, received } = await httpReceiver()
  const stuck = await httpReceiver()
  let free = () => {}
  stuck.answer(() => new Promise((resolve) => (free = () => resolve(200))))
  const { ledger } = await openTestStore()
  await post(ledger, 1, 'stuck')
  deliver(ledger, [webhook({ name: 'stuck', url: stuck.url }), webhook({ name: 'team', url })])
  await until(() => stuck.received.length === 1)
  await post(ledger, 2)
  await until(() => received.length === 1)
  free()
})

test('a claim that a dead process left runs out, one of a living process is left alone', async () => {
  const { url, received } = await httpReceiver()
  const { ledger } = await openTestStore()
  const lease = { owner: 'dead', until: Date.now() + 400 }
  await post(ledger, 1, 'team', { state: 'sending', attempts: 1, lease })
  deliver(ledger, [webhook({ name: 'team', url })])
  await until(() => received.length === 1)
  expect(Date.now()).toBeGreaterThanOrEqual(lease.until)
})

test('letters of a channel that is not configured stay', async () => {
  const { ledger } = await openTestStore()
  await post(ledger, 1, 'gone')
  const outbox = deliver(ledger, [])
  outbox.wake()
  await sleep(100)
  expect(await letters(ledger)).toHaveLength(1)
})
