import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadConfig } from './config-file.ts'

let cwd: string
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'pgtend-config-'))
})
afterEach(() => rm(cwd, { recursive: true }))

const put = (name: string, text: string) => writeFile(join(cwd, name), text)
const load = (env: Record<string, string> = {}, named?: string) => loadConfig({ cwd, env }, named)

test('without a file: the defaults', async () => {
  expect(await load()).toMatchObject({ targets: [], server: { host: '127.0.0.1', port: 4711 } })
})

test('JSON, and the environment above it', async () => {
  await put('pgtend.config.json', '{ "server": { "port": 5000 }, "cadence": { "tick": 20 } }')
  const config = await load({ PGTEND_TICK: '30' })
  expect(config.server.port).toBe(5000)
  expect(config.cadence.tick).toBe(30)
})

test('TypeScript', async () => {
  await put('pgtend.config.ts', 'const port: number = 5001\nexport default { server: { port } }')
  expect((await load()).server.port).toBe(5001)
})

test('a named file, relative to the folder', async () => {
  await put('other.json', '{ "server": { "port": 5002 } }')
  expect((await load({}, 'other.json')).server.port).toBe(5002)
})

test.each([
  ['pgtend.config.json', '{ "targets": [', 'pgtend.config.json'],
  ['pgtend.config.json', '[]', 'must hold an object'],
  ['pgtend.config.json', '{ "tragets": [] }', 'did you mean "targets"?'],
  ['pgtend.config.ts', 'export const config = {}', 'default export'],
  ['pgtend.config.ts', 'throw new Error("no such secret")', 'no such secret'],
])('%s with %s is refused', async (name, text, said) => {
  await put(name, text)
  await expect(load()).rejects.toMatchObject({ code: 'bad-config', detail: expect.stringContaining(said) })
})

test('two files are refused rather than one of them ignored', async () => {
  await put('pgtend.config.json', '{}')
  await put('pgtend.config.ts', 'export default {}')
  await expect(load()).rejects.toMatchObject({ code: 'bad-config' })
})

test('a named file that is not there is refused', async () => {
  await expect(load({}, 'nothing.json')).rejects.toMatchObject({ code: 'bad-config' })
})
