import { chownSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { expect, onTestFinished, test, vi } from 'vitest'
import { TARGET, testBackups } from '../../test/backup.ts'
import { makeCertificate } from '../../test/certificate.ts'
import { LATEST } from '../../test/servers.ts'
import { temporaryFolder } from '../../test/store.ts'
import { startServer } from '../embedded/server.ts'

test('every session of a backup is encrypted and verified as the URL says, the built-in pg_dump’s too', async () => {
  const folder = temporaryFolder()
  const server = await startServer({
    major: LATEST,
    dataDir: join(folder, 'data'),
    settings: { fsync: 'off' },
  })
  onTestFinished(() => server.stop('immediate'))
  const authority = makeCertificate({ name: 'Test authority' })
  const own = makeCertificate({ name: 'server', issuer: authority, hosts: ['localhost'] })
  writeFileSync(join(folder, 'root.crt'), authority.cert)
  const { uid, gid } = statSync(server.dataDir)
  for (const [name, text] of [
    ['server.crt', own.cert],
    ['server.key', own.key],
  ] as const) {
    writeFileSync(join(server.dataDir, name), text, { mode: 0o600 })
    chownSync(join(server.dataDir, name), uid, gid)
  }
  const hba = join(server.dataDir, 'pg_hba.conf')
  writeFileSync(
    hba,
    `hostssl all safe all scram-sha-256\nhost all safe all reject\n${readFileSync(hba, 'utf8')}`,
  )
  const admin = new pg.Client({ connectionString: server.url() })
  await admin.connect()
  onTestFinished(() => admin.end())
  await admin.query(
    `CREATE TABLE t AS SELECT 1 AS id; CREATE ROLE safe LOGIN PASSWORD 'p@ss word'; GRANT pg_read_all_data TO safe`,
  )
  await admin.query('ALTER SYSTEM SET ssl = on')
  await admin.query('SELECT pg_reload_conf()')
  await admin.query(`CREATE TABLE seen (application text, ssl boolean)`)
  const url = `postgres://safe:p%40ss%20word@localhost:${server.port}/postgres?sslmode=verify-full&sslrootcert=${join(folder, 'root.crt')}`
  const { backups } = await testBackups(url)
  const look = async () => {
    const { rows } = await admin.query(
      `SELECT a.application_name AS application, s.ssl FROM pg_stat_activity a JOIN pg_stat_ssl s USING (pid) WHERE usename = 'safe'`,
    )
    return rows as { application: string; ssl: boolean }[]
  }
  const seen: { application: string; ssl: boolean }[] = []
  let watching = true
  const watch = async () => {
    while (watching) {
      seen.push(...(await look()))
      await sleep(20)
    }
  }
  const watched = watch()
  await vi.waitFor(async () => expect(await backups.run(TARGET)).toMatchObject({ status: 'done' }), {
    timeout: 30_000,
  })
  watching = false
  await watched
  expect(seen.length).toBeGreaterThan(0)
  expect(seen.filter((s) => !s.ssl)).toEqual([])
  const plain = await testBackups(url.replace('verify-full', 'disable'))
  await expect(plain.backups.run(TARGET)).rejects.toMatchObject({ code: 'login-failed' })
  const [failed] = await plain.backups.list(TARGET)
  expect(JSON.stringify(failed)).not.toContain('p@ss')
})
