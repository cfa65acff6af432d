import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { EVERYTHING, TARGET, testBackups } from '../../test/backup.ts'
import { freshDatabase, LATEST, majors } from '../../test/servers.ts'
import { findTools } from './native.ts'

const env = { PATH: process.env.PATH }
const here = await Promise.all(
  majors.map(async (major) => ({ major, tools: await findTools('auto', major, env) })),
)

for (const { major, tools } of here) {
  test.skipIf(!tools)(
    `pg_dump ${tools?.version ?? 'is not here'} of PostgreSQL ${major}, proved and restored`,
    async () => {
      const source = await freshDatabase(major)
      const empty = await freshDatabase(major)
      onTestFinished(() => Promise.all([source.drop(), empty.drop()]).then(() => {}))
      await source.query(EVERYTHING)
      const { backups } = await testBackups(source.url, { tools: 'auto' })
      const made = await backups.run(TARGET)
      expect(made).toMatchObject({ status: 'done', method: 'pg_dump' })
      expect(await backups.verify(made.id)).toMatchObject({ ok: true, notVerifiable: [] })
      await backups.restore(made.id, empty.url)
      const rows = async (database: typeof source) =>
        database.query(
          `SELECT (SELECT sum(hashtextextended(v::text, 0)) FROM values_of v) AS a, (SELECT count(*) FROM moods) AS b`,
        )
      expect(await rows(empty)).toEqual(await rows(source))
      await expect(backups.restore(made.id, empty.url, { force: true })).rejects.toMatchObject({
        code: 'restore-failed',
      })
    },
  )
}

const psql = here.find(({ tools }) => tools)?.tools?.pgDump.replace(/pg_dump$/, 'psql')

test.skipIf(!psql || !existsSync(psql))(
  'the built-in files are a script for psql, as the documentation says',
  async () => {
    const source = await freshDatabase(LATEST)
    const empty = await freshDatabase(LATEST)
    onTestFinished(() => Promise.all([source.drop(), empty.drop()]).then(() => {}))
    await source.query(EVERYTHING)
    const { backups, directory } = await testBackups(source.url)
    const { id } = await backups.run(TARGET)
    const options = { cwd: join(directory, id), stdio: 'pipe' as const }
    execFileSync('bash', ['-c', 'sha256sum --check --strict SHA256SUMS'], options)
    const script = 'cat *.sql.gz | gunzip | "$0" -X -1 -v ON_ERROR_STOP=1 -d "$1"'
    execFileSync('bash', ['-o', 'pipefail', '-c', script, psql as string, empty.url], options)
    const all = async (database: typeof source) =>
      database.query(`SELECT (SELECT sum(hashtextextended(v::text, 0)) FROM values_of v) AS a, (SELECT count(*) FROM moods) AS b,
      (SELECT sum(hashtextextended(m::text, 0)) FROM "we""ird 📈"."it's; -- a \\ tåble\nwith a line" m) AS c,
      (SELECT string_agg(md5(lo_get(oid)), ',' ORDER BY oid) FROM pg_largeobject_metadata) AS d,
      (SELECT last_value FROM "odd 'seq") AS e`)
    expect(await all(empty)).toEqual(await all(source))
  },
)

test('tools older than the server are passed over, a named folder must have some', async () => {
  expect(await findTools('auto', 99, env)).toBeUndefined()
  expect(await findTools('built-in', 14, env)).toBeUndefined()
  await expect(findTools('/nowhere', LATEST, env)).rejects.toMatchObject({
    code: 'backup-failed',
    detail: expect.stringContaining('/nowhere has no pg_dump'),
  })
})
