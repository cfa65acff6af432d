import { Hono } from 'hono'
import { beforeAll, expect, test } from 'vitest'
import { parseConfig } from '../monitor/config.ts'
import { createMonitor } from '../monitor/monitor.ts'
import { createApp } from './app.ts'

const monitor = createMonitor({
  targets: [],
  config: parseConfig({}),
  ports: {
    connect: () => Promise.reject(new Error('nothing is watched here')),
    redact: (url) => url,
    backoff: () => 1000,
    onError: () => {},
  },
})
let done: string[] = []
const extra = new Hono().post('/api/do', (c) => {
  done.push('it')
  return c.json({ ok: true })
})
const app = createApp({ monitor, extra })

beforeAll(() => {
  done = []
})

const ask = async (path: string, init: RequestInit = {}): Promise<{ status: number; code?: string }> => {
  const response = await app.request(path, init)
  const body = (await response.json()) as { error?: { code: string } }
  return { status: response.status, ...(body.error ? { code: body.error.code } : {}) }
}

test.each(['localhost:4711', '127.0.0.1:4711', '127.1.2.3', '[::1]:4711', 'LOCALHOST'])(
  '%s may ask',
  async (host) => {
    expect(await ask('/healthz', { headers: { host } })).toEqual({ status: 200 })
  },
)

test.each([
  'evil.example',
  'localhost.evil.example',
  '127.0.0.1.evil.example:4711',
  '192.168.1.2',
  '10.0.0.1:4711',
  '',
])('a request to "%s" is refused: its name was made to lead here', async (host) => {
  expect(await ask('/healthz', { headers: { host } })).toEqual({ status: 403, code: 'foreign-origin' })
  expect(await ask('/metrics', { headers: { host } })).toMatchObject({ status: 403 })
})

test('a server meant for others takes any name', async () => {
  const open = createApp({ monitor, anyHost: true })
  expect((await open.request('/healthz', { headers: { host: 'db.example' } })).status).toBe(200)
})

const json = { 'content-type': 'application/json', host: 'localhost:4711' }
const post = (headers: Record<string, string>) => ask('/api/do', { method: 'POST', headers, body: '{}' })

test('a change is taken from our own page and from a program', async () => {
  expect(await post({ ...json, origin: 'http://localhost:4711', 'sec-fetch-site': 'same-origin' })).toEqual({
    status: 200,
  })
  expect(await post(json)).toEqual({ status: 200 })
  expect(done).toEqual(['it', 'it'])
})

test.each([
  ['another site', { ...json, origin: 'https://evil.example' }, 403],
  ['another port of this machine', { ...json, origin: 'http://localhost:3000' }, 403],
  ['a sandboxed frame', { ...json, origin: 'null' }, 403],
  ['a cross-site request without Origin', { ...json, 'sec-fetch-site': 'cross-site' }, 403],
  ['a form', { ...json, 'content-type': 'application/x-www-form-urlencoded' }, 400],
  ['a form that pretends', { ...json, 'content-type': 'text/plain' }, 400],
  ['no type', { host: 'localhost:4711' }, 400],
])('a change from %s is refused', async (_, headers, status) => {
  const before = done.length
  expect((await post(headers as Record<string, string>)).status).toBe(status)
  expect(done).toHaveLength(before)
})

test('a body without end is refused', async () => {
  const body = JSON.stringify({ text: 'x'.repeat(100_000) })
  const headers = { ...json, 'content-length': String(body.length) }
  expect(await ask('/api/do', { method: 'POST', headers, body })).toMatchObject({ status: 400 })
})

test.each(['/healthz', '/api/targets', '/metrics', '/api/nothing', '/api/health'])(
  '%s carries the guards',
  async (path) => {
    const { headers } = await app.request(path)
    expect(headers.get('content-security-policy')).toMatch(/default-src 'self'.*frame-ancestors 'none'/)
    expect(headers.get('content-security-policy')).not.toMatch(/script-src|unsafe-eval/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('access-control-allow-origin')).toBeNull()
  },
)
