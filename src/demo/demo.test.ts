import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { startDemo } from './demo.ts'
import { tableSizes } from './sizes.ts'

const dir = mkdtempSync(join(tmpdir(), 'pgtend-demo-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const small = { dir, scale: 0.02, rate: 0 }

async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

const oid = async (url: string) =>
  (await ask(url, 'select oid from pg_database where datname = current_database()'))[0]?.oid

test('a demo starts, is locked, and goes on with its data the next time', async () => {
  const progress: { step: string; done: number }[] = []
  const first = await startDemo({ ...small, onProgress: (p) => progress.push(p) })
  const database = await oid(first.url)
  expect(progress.map((p) => p.step)).toContain('Writing activity_logs')
  const shares = progress.map((p) => p.done)
  expect([shares.at(0), shares.at(-1)]).toEqual([0, 1])
  expect(shares).toEqual([...shares].sort((a, b) => a - b))
  expect(
    await ask(
      first.monitorUrl,
      `select pg_has_role('pg_read_all_stats', 'usage') as stats, current_setting('is_superuser') as super`,
    ),
  ).toEqual([{ stats: true, super: 'off' }])
  await expect(ask(first.monitorUrl, 'delete from clients')).rejects.toMatchObject({ code: '42501' })
  await expect(startDemo(small)).rejects.toMatchObject({ code: 'data-in-use' })
  await first.stop()

  const second = await startDemo(small)
  expect(await oid(second.url)).toBe(database)
  // As after a build that was interrupted: the mark is what comes last.
  await ask(second.url, 'comment on database wedsync is null')
  await ask(second.url, 'truncate activity_logs')
  await second.stop()

  const third = await startDemo(small)
  expect(await oid(third.url)).not.toBe(database)
  expect(
    await ask(
      third.url,
      `select count(*)::integer >= $$${tableSizes(0.02).activity_logs}$$::integer as full from activity_logs`,
    ),
  ).toEqual([{ full: true }])
  await third.stop()
}, 180_000)

test('what a killed demo left behind is undone at the next start', async () => {
  const faults = ['missing-index', 'unused-index', 'duplicate-index', 'dead-rows', 'idle-in-transaction']
  const program = `
    const { startDemo } = await import(${JSON.stringify(new URL('./demo.ts', import.meta.url).href)})
    const demo = await startDemo(${JSON.stringify(small)})
    for (const fault of ${JSON.stringify(faults)}) await demo.setFault(fault, true)
    process.stdout.write('ready')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const said = await new Promise<string>((resolve) => {
    child.stdout.on('data', (data) => resolve(String(data)))
    child.on('exit', () => resolve('exited'))
  })
  expect(said).toBe('ready')
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited

  const demo = await startDemo(small)
  try {
    expect(demo.faults.filter((fault) => fault.on)).toEqual([])
    const [left] = await ask(
      demo.url,
      `select (select indisvalid from pg_index where indexrelid = to_regclass('activity_logs_entity_id_created_at_idx')) as index,
         to_regclass('activity_logs_ip_address_user_agent_idx') as unused, to_regclass('api_usage_logs_created_at_idx1') as duplicate,
         (select reloptions from pg_class where relname = 'form_responses') as options`,
    )
    expect(left).toEqual({ index: true, unused: null, duplicate: null, options: null })
  } finally {
    await demo.stop()
  }
}, 180_000)

test('a scale that makes no sense is refused', async () => {
  await expect(startDemo({ ...small, scale: 0 })).rejects.toMatchObject({ code: 'bad-request' })
})
