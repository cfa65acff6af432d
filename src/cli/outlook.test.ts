import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fillHistory } from '../../test/history.ts'
import { testIo } from '../../test/io.ts'
import type { Store } from '../core/store.ts'
import { parseConfig } from '../monitor/config.ts'
import { openStore } from '../store/open-store.ts'
import { chooseKept } from './kept-target.ts'
import { run } from './run.ts'

let folder: string
let path: string
/** Open all the while, as that of a running `pgtend serve`. */
let store: Store

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pgtend-outlook-'))
  path = join(folder, 'history.db')
  store = await openStore({ path })
  await fillHistory(store, { now: Date.now(), down: [[3, 2.9]] })
})
afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

const call = async (env: Record<string, string>, ...args: string[]) => {
  const { io, out, err } = testIo({ env, cwd: folder })
  return { code: await run([...args, '--store', path], io), out: out(), err: err() }
}

test('capacity: a table of 80 columns and what to know of it', async () => {
  const { code, out } = await call({}, 'capacity')
  expect(code).toBe(0)
  expect(out).toMatch(/^What grows +Now +A day +3 months +6 months +Limit +Reached\n/)
  expect(out).toMatch(/database app +3\.2 GB +\+16 MB +4\.6 GB +6(\.1)? GB/)
  expect(out).toContain('It jumped by +600 MB')
  for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
})

test('capacity: a limit within six months is exit code 1', async () => {
  const { code, out } = await call({ PGTEND_STORAGE_LIMIT: '5 GB' }, 'capacity', 'app')
  expect(code).toBe(1)
  expect(out.replaceAll(/\s+/g, ' ')).toMatch(/The limit is reached on 20\d\d-\d\d-\d\d/)
  for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
})

test('success: every goal with target, actual and verdict; one missed is exit code 1', async () => {
  const { code, out } = await call({ DATABASE_URL: 'postgres://localhost/other' }, 'success', '--range', '7d')
  expect(code).toBe(1)
  expect(out).toMatch(/Availability +≥ 99\.9 % +98\.\d\d % .*missed/)
  expect(out).toMatch(/Query time, P95 +< 500 ms +1\d\d ms .*met/)
  expect(out).toMatch(/Backups that succeeded +≥ 100 % +– +unknown/)
  for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
})

test('both as JSON', async () => {
  const capacity = JSON.parse((await call({}, 'capacity', '--json')).out)
  expect(capacity).toMatchObject({ target: 'app', subjects: expect.any(Array) })
  const success = JSON.parse((await call({}, 'success', '--json', '--range', '24h')).out)
  expect(success).toMatchObject({ target: 'app', watched: expect.any(Number), metrics: expect.any(Array) })
})

test.each([
  [['success', '--range', '1w'], 2, 'hours or days up to 90d'],
  [['success', 'ap'], 2, 'did you mean app?'],
  [['capacity', 'postgres://user:secret@nowhere/x'], 2, 'the history has nothing of'],
])('%j is misuse', async (args, code, said) => {
  const answer = await call({}, ...args)
  expect(answer.code).toBe(code)
  expect(answer.err).toContain(said)
  expect(answer.err).not.toContain('secret')
})

test('without a history nothing is made up, nor a file', async () => {
  const { io, err } = testIo({ cwd: folder })
  expect(await run(['capacity', '--store', 'none.db'], io)).toBe(4)
  expect(err().replaceAll(/\s+/g, ' ')).toContain('nothing has been watched yet')
})

const config = parseConfig({ targets: [{ name: 'My Shop', url: 'postgres://db.example.com/shop' }] })
const none = parseConfig({})

test.each([
  ['an id of the history', 'old', none, {}, ['old', 'app'], { id: 'old' }],
  ['a configured name', 'My Shop', config, {}, ['my-shop', 'x'], { id: 'my-shop', database: 'shop' }],
  [
    'a configured URL',
    'postgres://db.example.com/shop',
    config,
    {},
    ['my-shop'],
    { id: 'my-shop', database: 'shop' },
  ],
  ['a URL', 'postgres://h/d', none, {}, ['d-on-h'], { id: 'd-on-h', database: 'd' }],
  [
    'DATABASE_URL',
    undefined,
    none,
    { DATABASE_URL: 'postgres://h/d' },
    ['d-on-h', 'x'],
    { id: 'd-on-h', database: 'd' },
  ],
  ['the only one', undefined, none, {}, ['x'], { id: 'x' }],
  ['the only configured one', undefined, config, {}, ['my-shop', 'x'], { id: 'my-shop', database: 'shop' }],
] as const)('a target is named by %s', (_, given, settings, env, kept, expected) =>
  expect(chooseKept(given, settings, env, kept)).toEqual(expected),
)

test('several and none named: which is asked', () =>
  expect(() => chooseKept(undefined, none, {}, ['a', 'b'])).toThrow(/it has: a, b/))
