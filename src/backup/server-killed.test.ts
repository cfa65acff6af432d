/** kill -9 of the server's processes under a backup, and of all of the server under a restore. */
import { readdirSync } from 'node:fs'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { TARGET, testBackups } from '../../test/backup.ts'
import { failure, start, tempFolder } from '../../test/embedded.ts'
import { rowsOf } from '../../test/sql-pack.ts'

const TABLES = 40
const ROWS = 10_000
const folder = tempFolder()
afterAll(() => folder.remove())

/** A server with a database that takes a moment to copy, and a way to kill it and start it again on the same port. */
async function mortal() {
  const dataDir = folder.fresh()
  let server = await start(dataDir)
  onTestFinished(() => server.stop('immediate'))
  // Progress is told after each table.
  for (let n = 0; n < TABLES; n++) {
    const rows = `SELECT i AS id, md5(i::text) AS text FROM generate_series(1, ${ROWS}) i`
    await rowsOf(server.url(), `CREATE TABLE t${n} AS ${rows}; ALTER TABLE t${n} ADD PRIMARY KEY (id)`)
  }
  return {
    url: (database?: string) => server.url(database === undefined ? {} : { database }),
    kill: () => server.kill(),
    /** As the kernel does when memory is short: PostgreSQL then ends all sessions and starts itself anew. */
    async killBackends() {
      const sql = `SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'pgtend%' OR query LIKE 'COPY%'`
      for (const { pid } of await rowsOf(server.url(), sql)) process.kill(pid as number, 'SIGKILL')
    },
    async restart() {
      server = await start(dataDir, { port: server.port })
    },
  }
}

/** Kills it once, when the progress first says so. */
const killAt = (step: RegExp, kill: () => Promise<void>) => {
  let dead: Promise<void> | undefined
  const onProgress = (now: { readonly step: string }) => {
    if (step.test(now.step)) dead ??= kill()
  }
  return { onProgress, dead: () => dead }
}

test('the server crashes under a backup: nothing half is left, and the next one is made', async () => {
  const server = await mortal()
  const made = await testBackups(server.url())
  const { onProgress, dead } = killAt(/^Copying/, server.killBackends)
  const error = await failure(made.backups.run(TARGET, { onProgress }))
  expect(error.code).toMatch(/^(backup-failed|unreachable)$/)
  await dead()
  expect(readdirSync(made.directory)).toEqual([])
  expect((await made.backups.list(TARGET))[0]).toMatchObject({ status: 'failed', error: error.message })
  await expect
    .poll(() => rowsOf(server.url(), 'SELECT 1').catch(() => []), { timeout: 20_000 })
    .toHaveLength(1)
  const { id } = await made.backups.run(TARGET)
  expect((await made.backups.list(TARGET))[0]).toMatchObject({ id, status: 'done', rows: TABLES * ROWS })
})

test('the server is killed under a restore: the database is as empty as before, and restoring again works', async () => {
  const server = await mortal()
  const { backups } = await testBackups(server.url())
  const { id } = await backups.run(TARGET)
  await rowsOf(server.url(), 'CREATE DATABASE empty')
  const { onProgress, dead } = killAt(/rows|Loading|Restoring|Copying/i, server.kill)
  const error = await failure(backups.restore(id, server.url('empty'), { onProgress }))
  expect(error.code).toMatch(/^(restore-failed|backup-failed|unreachable)$/)
  await dead()
  await server.restart()
  expect(await rowsOf(server.url('empty'), `SELECT to_regclass('t0') AS t`)).toEqual([{ t: null }])
  await backups.restore(id, server.url('empty'))
  expect(await rowsOf(server.url('empty'), `SELECT count(*)::int AS n FROM t${TABLES - 1}`)).toEqual([
    { n: ROWS },
  ])
})
