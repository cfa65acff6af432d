import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { failure, query, start, tempFolder } from '../../test/embedded.ts'
import { type LATEST, majors } from '../../test/servers.ts'
import { processStart, recordedPid } from './processes.ts'

const temp = tempFolder()
afterAll(temp.remove)

let dataDir: string
beforeEach(() => {
  dataDir = temp.fresh()
})

test.for(majors)('PostgreSQL %s starts, stops, and finds its data again', async (major) => {
  const first = await start(dataDir, { major })
  expect(await query(first, `SELECT current_setting('server_version_num')::int / 10000 AS major`)).toEqual({
    major,
  })
  await query(first, 'CREATE TABLE kept AS SELECT 42 AS answer; CREATE EXTENSION pg_stat_statements')
  expect(await query(first, 'SELECT calls > 0 AS seen FROM pg_stat_statements LIMIT 1')).toEqual({
    seen: true,
  })
  await first.stop()
  expect(processStart(first.pid)).toBeUndefined()
  expect(existsSync(`${dataDir}.owner`)).toBe(false)

  const second = await start(dataDir, { major })
  expect(await query(second, 'SELECT answer FROM kept')).toEqual({ answer: 42 })
  await second.stop('immediate')
})

describe('a running server', () => {
  test('has the promised settings, the given ones, and listens on 127.0.0.1 only', async () => {
    const server = await start(dataDir, {
      settings: { work_mem: '5MB', application_name: `it's a "\\" test` },
    })
    const names = [
      'shared_preload_libraries',
      'track_io_timing',
      'work_mem',
      'listen_addresses',
      'unix_socket_directories',
    ]
    const values = await query(
      server,
      `SELECT ${names.map((name) => `current_setting('${name}') AS ${name}`)}`,
    )
    expect(values).toEqual({
      shared_preload_libraries: 'pg_stat_statements,auto_explain',
      track_io_timing: 'on',
      work_mem: '5MB',
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
    })
    expect(await query(server, `SELECT reset_val FROM pg_settings WHERE name = 'application_name'`)).toEqual({
      reset_val: `it's a "\\" test`,
    })
    await server.stop()
  })

  test('keeps its data directory to itself', async () => {
    const server = await start(dataDir)
    const error = await failure(start(dataDir))
    expect(error).toMatchObject({ code: 'data-in-use', detail: expect.stringContaining(String(process.pid)) })
    expect(await query(server, 'SELECT 1 AS still')).toEqual({ still: 1 })
    await server.stop()
  })

  test('recovers after it was killed', async () => {
    const killed = await start(dataDir)
    await query(killed, 'CREATE TABLE kept AS SELECT 42 AS answer')
    await killed.kill()
    expect(processStart(killed.pid)).toBeUndefined()
    expect(recordedPid(dataDir)).toBe(killed.pid)
    const server = await start(dataDir)
    expect(await query(server, 'SELECT answer FROM kept')).toEqual({ answer: 42 })
    await server.stop()
  })
})

describe('a start that can not work', () => {
  test('shows the end of the log when a setting is unknown', async () => {
    const error = await failure(start(dataDir, { settings: { no_such_setting: '1' } }))
    expect(error).toMatchObject({
      code: 'server-failed',
      detail: expect.stringContaining('unrecognized configuration parameter "no_such_setting"'),
    })
    const server = await start(dataDir)
    await server.stop()
  })

  test('names the port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    expect(await failure(start(dataDir, { port }))).toMatchObject({
      code: 'port-taken',
      detail: `127.0.0.1:${port}`,
    })
    other.close()
  })

  test.runIf(majors.length > 1)('names the major that the data are of', async () => {
    const [old, young] = [majors[0], majors.at(-1)] as [typeof LATEST, typeof LATEST]
    const server = await start(dataDir, { major: old })
    await server.stop()
    expect(await failure(start(dataDir, { major: young }))).toMatchObject({
      detail: expect.stringContaining(`PostgreSQL ${old}`),
    })
  })

  test('says when the major has no binaries here', async () => {
    expect(await failure(start(dataDir, { major: 9 as typeof LATEST }))).toMatchObject({
      code: 'no-binaries',
      // An indented line is printed as it is: it is there to be copied.
      detail: expect.stringMatching(new RegExp(`${process.platform}.*:\\n  npm install pgtend \\S+$`)),
    })
  })

  test('a folder with something else in it is left alone', async () => {
    const server = await start(dataDir)
    await server.stop()
    rmSync(join(dataDir, 'PG_VERSION'))
    expect(await failure(start(dataDir))).toMatchObject({
      code: 'server-failed',
      detail: expect.stringContaining('not empty'),
    })
  })
})
