/** bin/pgtend.cjs as the shell starts it. */
import { spawn, spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { LATEST, serverUrl } from '../../test/servers.ts'

const BIN = fileURLToPath(new URL('../../bin/pgtend.cjs', import.meta.url))

const start = (...args: string[]) => {
  const child = spawn(process.execPath, [BIN, ...args], {
    env: { ...process.env, FORCE_COLOR: '1', DATABASE_URL: '' },
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (data: Buffer) => {
    out += data
  })
  child.stderr.on('data', (data: Buffer) => {
    err += data
  })
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, out, err }))
  })
  return { child, ended }
}

test('ends by itself with the exit code, and prints no colour into a pipe', async () => {
  const url = serverUrl(LATEST, { user: 'pgtend_monitor' })
  const { code, out, err } = await start('check', url, '--interval', '0.1').ended
  expect([0, 1]).toContain(code)
  expect(out).toMatch(/of 100/)
  expect(out + err).not.toContain('\u001b')
  expect(err).toBe('')
  expect((await start('chek').ended).code).toBe(2)
})

test('a reader that leaves early is no error', async () => {
  const { child, ended } = start('--help')
  child.stdout.destroy()
  expect(await ended).toMatchObject({ err: '' })
})

test('a verdict stands although its reader left early', async () => {
  const { child, ended } = start('check', serverUrl(LATEST, { user: 'pgtend_blind' }), '--interval', '0.1')
  child.stdout.destroy()
  expect(await ended).toMatchObject({ code: 1, err: '' })
})

test.runIf(existsSync('/dev/full'))(
  'a full disk under the output is an error, not a stack trace',
  async () => {
    const args = [BIN, 'check', serverUrl(LATEST, { user: 'pgtend_monitor' }), '--interval', '0.1']
    const full = openSync('/dev/full', 'w')
    const { status, stderr } = spawnSync(process.execPath, args, { stdio: ['ignore', full, 'pipe'] })
    const silent = spawnSync(process.execPath, [BIN, 'chek'], { stdio: ['ignore', 'ignore', full] })
    closeSync(full)
    expect(status).toBe(4)
    expect(`${stderr}`).toMatch(/^error: The output could not be written\n {2}ENOSPC/)
    expect(`${stderr}`).not.toContain('node:')
    expect(silent.status).toBe(2)
  },
)

test('Ctrl-C ends a watch and gives the connection back', async () => {
  const { child, ended } = start('watch', serverUrl(LATEST, { user: 'pgtend_monitor' }), '--interval', '1')
  await new Promise((resolve) => child.stdout.once('data', resolve))
  child.kill('SIGINT')
  expect(await ended).toMatchObject({ err: '' })
})
