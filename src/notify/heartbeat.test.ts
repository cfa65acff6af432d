import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { httpReceiver } from '../../test/receivers.ts'
import { startHeartbeat } from './heartbeat.ts'

test('beats while the work goes on, tells once that nobody hears it', async () => {
  const { url, received, answer } = await httpReceiver()
  let alive = true
  const errors: string[] = []
  const onError = (error: Error) => void errors.push(error.message)
  const heartbeat = startHeartbeat({ url, every: 20, alive: () => alive, onError })
  onTestFinished(() => heartbeat.stop())
  await expect.poll(() => received.length).toBeGreaterThan(2)
  alive = false
  await sleep(100)
  const silent = received.length
  await sleep(200)
  expect(received.length).toBe(silent)
  answer(500)
  alive = true
  await expect.poll(() => received.length).toBeGreaterThan(silent + 2)
  expect(errors).toEqual(['heartbeat: the receiver answered 500'])
})
