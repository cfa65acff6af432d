import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TARGET, type TestBackups, testBackups } from '../../test/backup.ts'
import { freshDatabase, LATEST, type TestDatabase } from '../../test/servers.ts'
import { mountSmallDisk } from '../../test/small-disk.ts'
import { temporaryFolder } from '../../test/store.ts'

let source: TestDatabase
beforeAll(async () => {
  source = await freshDatabase(LATEST)
  await source.query(
    `CREATE TABLE t AS SELECT i AS id, md5(i::text) AS text FROM generate_series(1, 100000) i`,
  )
})
afterAll(() => source?.drop())

/** Another process that makes or proves a backup and kills itself when its progress says so. */
async function runAndKill(
  { directory, store }: TestBackups,
  work: string,
  at: RegExp,
  scratch = tmpdir(),
): Promise<void> {
  const from = (path: string) => JSON.stringify(new URL(path, import.meta.url).href)
  const code = `
    import { createBackups } from ${from('./backups.ts')}
    import { openStore } from ${from('../store/open-store.ts')}
    const { ledger } = await openStore({ path: ${JSON.stringify(store)} })
    const backups = createBackups({ ledger, directory: ${JSON.stringify(directory)}, keep: { last: 3, days: 0 }, verify: 'never',
      expected: true, tools: 'built-in', urlOf: () => ${JSON.stringify(source.url)}, scratch: ${JSON.stringify(scratch)}, env: {}, onError: console.error })
    const onProgress = ({ step }) => { if (${at}.test(step)) process.kill(process.pid, 'SIGKILL') }
    await backups.${work}
    process.exit(3)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'inherit' })
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
}

test.each(['Copying', 'Writing the manifest'])(
  'killed while %s: the next start says so and clears up',
  async (step) => {
    const made = await testBackups(source.url)
    const { id: older } = await made.backups.run(TARGET)
    await runAndKill(made, `run('${TARGET}', { onProgress })`, new RegExp(`^${step}`))
    expect(readdirSync(made.directory).filter((name) => name.endsWith('.partial'))).toHaveLength(1)
    const settled = await made.again().recover()
    expect(settled).toMatchObject([{ status: 'failed', error: 'pgtend was ended while it was made' }])
    expect(readdirSync(made.directory)).toEqual([older])
    expect((await made.backups.list(TARGET)).map((b) => b.status)).toEqual(['failed', 'done'])
    // And nobody is kept out by the dead.
    expect(await made.backups.run(TARGET)).toMatchObject({ status: 'done' })
  },
)

test('killed while it is proved: the throw-away server goes too', async () => {
  const made = await testBackups(source.url)
  const { id } = await made.backups.run(TARGET)
  const mine = () => readdirSync(scratch).filter((name) => name.startsWith('pgtend-verify-'))
  const scratch = temporaryFolder()
  const again = made.again({ scratch })
  await runAndKill(made, `verify('${id}', { onProgress })`, /^Restoring 20/, scratch)
  expect(mine()).toHaveLength(1)
  await again.recover()
  expect(mine()).toEqual([])
  expect(await again.verify(id)).toMatchObject({ ok: true })
  expect(mine()).toEqual([])
})

test('a session that is ended in the middle fails the backup, and leaves nothing', async () => {
  const { backups } = await testBackups(source.url)
  const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pgtend backup' AND datname = current_database()`
  let ended: Promise<unknown> | undefined
  const failed = backups.run(TARGET, {
    onProgress: ({ step }) => {
      if (step.startsWith('Taking')) return
      ended ??= source.query(end)
    },
  })
  // `unreachable` where it was just logging in.
  await expect(failed).rejects.toMatchObject({ code: expect.stringMatching(/^(backup-failed|unreachable)$/) })
  await ended
  expect(readdirSync(backups.directory)).toEqual([])
  expect((await backups.list(TARGET))[0]).toMatchObject({ status: 'failed' })
  expect(backups.state(TARGET)?.lastError).toMatch(/could not be made|can not be reached/)
})

test.skipIf(process.getuid?.() !== 0)('a full disk is told, and older backups stay', async ({ skip }) => {
  const disk = mountSmallDisk(6) ?? skip('mounting is not allowed here')
  const directory = join(disk, 'backups')
  mkdirSync(directory)
  const { backups } = await testBackups(source.url, { directory, keep: { last: 1, days: 0 } })
  const { id } = await backups.run(TARGET)
  writeFileSync(join(disk, 'ballast'), Buffer.alloc(3_000_000))
  await expect(backups.run(TARGET)).rejects.toMatchObject({
    code: 'backup-failed',
    detail: 'there is no space left in the backup folder',
  })
  expect(readdirSync(directory)).toEqual([id])
  expect(await backups.verify(id)).toMatchObject({ ok: true })
})

test('a folder that can not be written to is told before anything is read', async () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  const { backups } = await testBackups(source.url, { directory: join(file, 'x') })
  await expect(backups.run(TARGET)).rejects.toMatchObject({
    code: 'backup-failed',
    detail: expect.stringContaining('ENOTDIR'),
  })
})
