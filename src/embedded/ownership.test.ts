import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { child, end, query, report, start, tempFolder } from '../../test/embedded.ts'
import { serverAccount } from './account.ts'
import { isPostgresOn, processStart, recordedPid } from './processes.ts'

const temp = tempFolder()
afterAll(temp.remove)

let dataDir: string
beforeEach(() => {
  dataDir = temp.fresh()
})

describe('what a killed process leaves behind', () => {
  test('is found and ended at the next start', async () => {
    const node = child({ dataDir })
    const orphan = await report(node)
    await query(orphan, 'CREATE TABLE kept AS SELECT 42 AS answer')
    node.kill('SIGKILL')
    await once(node, 'exit')
    expect(isPostgresOn(orphan.pid, dataDir)).toBe(true)

    const steps: string[] = []
    const server = await start(dataDir, { onProgress: (step) => steps.push(step) })
    expect(processStart(orphan.pid)).toBeUndefined()
    expect(steps[0]).toContain(`process ${orphan.pid}`)
    expect(await query(server, 'SELECT answer FROM kept')).toEqual({ answer: 42 })
    await server.stop()
  })

  test('a pid file whose number now belongs to another program does no harm to it', async () => {
    const server = await start(dataDir)
    await server.kill()
    const file = join(dataDir, 'postmaster.pid')
    const stranger = spawn('sleep', ['600'], { ...serverAccount(dataDir) })
    const lines = readFileSync(file, 'utf8').split('\n')
    writeFileSync(file, [String(stranger.pid), ...lines.slice(1)].join('\n'))
    const next = await start(dataDir)
    expect(await query(next, 'SELECT 1 AS up')).toEqual({ up: 1 })
    expect(stranger.exitCode ?? stranger.signalCode).toBe(null)
    stranger.kill('SIGKILL')
    await next.stop()
  })

  test.for(['SIGTERM', 'SIGINT'] as const)('is nothing after %s', async (signal) => {
    const node = child({ dataDir })
    const { pid } = await report(node)
    node.kill(signal)
    expect(await once(node, 'exit')).toEqual([null, signal])
    expect(processStart(pid)).toBeUndefined()
    expect(recordedPid(dataDir)).toBeUndefined()
  })
})

test('of two processes that start on the same data at once, one is told of the other', async () => {
  const nodes = [child({ dataDir }), child({ dataDir })]
  const reports = await Promise.allSettled(nodes.map(report))
  const refused = reports.filter((r) => r.status === 'rejected')
  expect(refused).toHaveLength(1)
  expect(String(refused[0]?.reason)).toContain('in use by another running pgtend')
  const server = reports.find((r) => r.status === 'fulfilled')?.value
  expect(server && (await query(server, 'SELECT 1 AS up'))).toEqual({ up: 1 })
  await Promise.all(nodes.map((node) => node.exitCode === null && end(node)))
})
