import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { testIo } from '../../test/io.ts'
import { parseConfig } from '../monitor/config.ts'
import { createApp } from '../server/app.ts'
import { type Served, serve } from '../server/serve.ts'
import { createMonitor } from '../wire.ts'
import { demoApp, type Switchboard } from './demo-app.ts'
import { claimFolder, writeMark } from './demo-folder.ts'
import { run } from './run.ts'

let on = false
let rate = 5
const board: Switchboard = {
  get faults() {
    return [{ name: 'slow-query', title: 'A slow query', doc: 'Slow.', on, busy: false }]
  },
  workload: {
    get rate() {
      return rate
    },
    setRate: (next) => {
      rate = next
    },
  },
  setFault: async (_, to) => {
    on = to
  },
}

/** With the guards and the error table around it, as the demo mounts it. */
const app = createApp({
  monitor: createMonitor({ targets: [{ url: 'postgres://127.0.0.1:1/none' }], config: parseConfig({}) }),
  extra: demoApp(board),
})

let folder: string
let served: Served
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pgtend-demo-app-'))
  served = await serve(app, { port: 0 })
  await claimFolder(folder, false)
  await writeMark(folder, { url: served.url })
})
afterAll(async () => {
  await served.close()
  await rm(folder, { recursive: true })
})
beforeEach(() => {
  on = false
  rate = 5
})

const demo = async (...args: string[]) => {
  const { io, out, err } = testIo()
  const code = await run(['demo', ...args, '--dir', folder], io)
  return { code, out: out(), err: err() }
}

test('another terminal lists and switches the faults of the demo that runs', async () => {
  expect((await demo('faults')).out).toMatch(/slow-query +off +A slow query/)
  const switched = await demo('fault', 'slow-query', 'on')
  expect(switched).toMatchObject({ code: 0, err: '' })
  expect(switched.out).toMatch(/slow-query +on/)
  expect(on).toBe(true)
  await demo('fault', 'slow-query', 'off', '--json')
  expect(on).toBe(false)
})

test('and sets the rate of the workload', async () => {
  expect((await demo('workload', '42')).out).toContain('42 requests per second')
  expect(rate).toBe(42)
  expect(await demo('workload', 'much')).toMatchObject({ code: 2 })
})

test('a mistyped fault is refused with the nearest', async () => {
  const { code, err } = await demo('fault', 'slow-qery', 'on')
  expect(code).toBe(2)
  expect(err).toContain('did you mean slow-query?')
})

test('a second demo in the folder is refused', async () => {
  const { code, err } = await demo()
  expect(code).toBe(4)
  expect(err).toContain(served.url)
})

test.each([['{"on":"yes"}'], ['{}'], ['{"on":true,"force":true}'], ['on']])(
  'the body %s is refused',
  async (body) => {
    const headers = { 'content-type': 'application/json' }
    const response = await app.request('/api/demo/faults/slow-query', {
      method: 'POST',
      headers,
      body,
    })
    expect(response.status).toBe(400)
    expect(on).toBe(false)
  },
)
