import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { page } from './page.ts'

let folder: string
let app: Hono

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pgtend-page-'))
  await mkdir(join(folder, 'web', 'assets'), { recursive: true })
  await writeFile(join(folder, 'secret.txt'), 'secret')
  await writeFile(join(folder, 'web', 'index.html'), '<title>pgtend</title>')
  await writeFile(join(folder, 'web', 'assets', 'app-1.js'), 'run()')
  app = new Hono().use(page(join(folder, 'web')))
})
afterAll(() => rm(folder, { recursive: true }))

test('files with their type, assets for ever', async () => {
  const response = await app.request('/assets/app-1.js')
  expect(await response.text()).toBe('run()')
  expect(response.headers.get('content-type')).toContain('text/javascript')
  expect(response.headers.get('cache-control')).toContain('immutable')
})

test.each(['/', '/index.html', '/queries', '/tables/public.orders/'])('%s is the page', async (path) => {
  const response = await app.request(path)
  expect(await response.text()).toBe('<title>pgtend</title>')
  expect(response.headers.get('cache-control')).toBe('no-cache')
})

test.each(['/api/nothing', '/api', '/assets/app-2.js', '/assets/', '/favicon.ico'])(
  '%s is not',
  async (path) => {
    expect((await app.request(path)).status).toBe(404)
  },
)

test.each(['/..%2fsecret.txt', '/%2e%2e/secret.txt', '/..%5csecret.txt', '/%ff.txt', '/a%00.txt'])(
  '%s leads nowhere else',
  async (path) => {
    expect(await (await app.request(path)).text()).not.toContain('secret')
  },
)

test('says what to do where it was not built', async () => {
  const response = await new Hono().use(page(join(folder, 'nothing'))).request('/')
  expect(response.status).toBe(503)
  expect(await response.text()).toContain('npm run build')
})
