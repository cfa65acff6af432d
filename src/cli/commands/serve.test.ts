import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testIo } from '../../../test/io.ts'
import { LATEST, serverUrl } from '../../../test/servers.ts'
import { run } from '../run.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pgtend-serve-'))
})
afterAll(() => rm(folder, { recursive: true }))

const url = serverUrl(LATEST, { user: 'pgtend_monitor' })

/** `pgtend serve --json` until stopped, with where it listens. */
async function serving(env: Record<string, string>, ...args: string[]) {
  const { io, out, err, printed, stop } = testIo({ env, cwd: folder })
  const code = run(['serve', '--json', ...args], io)
  await Promise.race([printed(/\}\n/), code])
  const said =
    out() === '' ? undefined : (JSON.parse(out()) as { url: string; targets: string[]; store: string })
  return { said, code, err, stop }
}

test('serves the named targets from the store in XDG_DATA_HOME; a second one takes the next port', async () => {
  const env = { XDG_DATA_HOME: folder }
  const first = await serving(env, '--target', `Shop=${url}`, '--target', `Other=${url}`)
  expect(first.said).toMatchObject({
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    targets: ['shop', 'other'],
    store: join(folder, 'pgtend', 'history.db'),
  })
  expect((await stat(join(folder, 'pgtend'))).mode & 0o077).toBe(0)
  const second = await serving(env, '--target', url)
  expect(second.said?.url).not.toBe(first.said?.url)

  for (const { said } of [first, second]) {
    const response = await fetch(`${said?.url}/api/targets`)
    expect(response.status).toBe(200)
  }
  const { port } = new URL(first.said?.url ?? '')
  const third = await serving(env, url, '--port', port)
  expect(await third.code).toBe(4)
  expect(third.err()).toContain('--port')

  first.stop()
  second.stop()
  expect(await first.code).toBe(0)
  expect(await second.code).toBe(0)
  await expect(fetch(`${first.said?.url}/healthz`)).rejects.toThrow()
})

test('a store that can not be is an error that names it', async () => {
  const { code, err } = await serving({}, url, '--store', '/dev/null/history.db')
  expect(await code).toBe(4)
  expect(err()).toContain('/dev/null/history.db')
})

test('listening elsewhere is warned of', async () => {
  const { code, err, stop } = await serving({}, url, '--store', 'h.db', '--host', '0.0.0.0', '--port', '0')
  expect(err()).toContain('there is no login')
  stop()
  expect(await code).toBe(0)
})
