import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { query, start, tempFolder } from '../../../test/embedded.ts'
import { testIo } from '../../../test/io.ts'
import { temporaryFolder } from '../../../test/store.ts'
import type { EmbeddedServer } from '../../embedded/server.ts'
import { run } from '../run.ts'

const folder = tempFolder()
let server: EmbeddedServer

beforeAll(async () => {
  server = await start(folder.fresh())
  await query(server, 'create table t with (autovacuum_enabled = off) as select generate_series(1, 40000) a')
  await query(server, 'delete from t where a % 2 = 0')
})
afterAll(async () => {
  await server.stop('immediate')
  folder.remove()
})

async function pgtend(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { io, out, err } = testIo()
  const code = await run(args, io)
  return { code, out: out(), err: err() }
}

test('plan, dry run, refusal without an answer, run and history over one store', async () => {
  const store = ['--store', join(temporaryFolder(), 'history.db')]
  const url = server.url()
  const plan = await pgtend('maintain', 'plan', url, ...store)
  expect(plan.code).toBe(0)
  expect(plan.out).toContain('VACUUM (ANALYZE) public.t')
  expect(plan.out).toContain('CREATE EXTENSION pgstattuple')
  const dry = await pgtend('maintain', 'run', url, '--dry-run', '--json', ...store)
  expect(JSON.parse(dry.out)).toMatchObject({ dryRun: true, actions: [{ status: 'planned' }] })
  const asked = await pgtend('maintain', 'run', url, ...store)
  expect(asked).toMatchObject({ code: 2, err: expect.stringContaining('--yes') })
  const done = await pgtend('maintain', 'run', url, '--yes', ...store)
  expect(done.code).toBe(0)
  expect(done.out).toContain('20,000 → 0')
  const history = await pgtend('maintain', 'history', url, ...store)
  expect(history.out).toContain('1 of 1 action done')
  const schedule = await pgtend('maintain', 'schedule', url, ...store)
  expect(schedule.out).toMatch(/vacuum\s+0 2 \* \* \*\s+01:00–05:00\s+off/)
})

test('what is mistyped is refused with a hint', async () => {
  expect((await pgtend('maintain', 'pln', server.url())).err).toContain('did you mean plan?')
  expect((await pgtend('maintain', 'plan', server.url(), '--task', 'vaccum')).err).toContain(
    'did you mean vacuum?',
  )
})

test('recover lists runbooks, shows a plan, and says when there is nothing to recover from', async () => {
  const store = ['--store', join(temporaryFolder(), 'history.db')]
  expect((await pgtend('recover')).out).toContain('connection-exhaustion')
  const plan = await pgtend('recover', 'slow-queries', server.url(), ...store)
  expect(plan).toMatchObject({ code: 0, out: expect.stringContaining('nothing to recover from') })
  const wrong = await pgtend('recover', 'slow-querys', server.url(), ...store)
  expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('did you mean slow-queries?') })
  expect((await pgtend('recover', 'history', server.url(), ...store)).out).toContain(
    'Nothing has been recovered',
  )
})
