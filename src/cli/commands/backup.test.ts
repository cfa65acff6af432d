import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { testIo } from '../../../test/io.ts'
import { freshDatabase, LATEST } from '../../../test/servers.ts'
import { temporaryFolder } from '../../../test/store.ts'
import { run } from '../run.ts'

const pgtendIn =
  (folder: string) =>
  async (...args: string[]) => {
    const { io, out, err } = testIo({ cwd: folder })
    const code = await run(['backup', ...args, '--store', join(folder, 'history.db')], io)
    return { code, out: out(), err: err() }
  }

test('a backup is made, listed, proved and restored', async () => {
  const [source, empty] = [await freshDatabase(LATEST), await freshDatabase(LATEST)]
  onTestFinished(() => Promise.all([source.drop(), empty.drop()]).then(() => {}))
  await source.query('CREATE TABLE t AS SELECT i FROM generate_series(1, 1000) i')
  const folder = temporaryFolder()
  const pgtend = pgtendIn(folder)
  const made = await pgtend('run', source.url)
  expect(made).toMatchObject({
    code: 0,
    out: expect.stringMatching(/1 table, 1,000 rows[\s\S]*Proved: restored/),
  })
  expect(made.err).toMatch(/^Taking a snapshot\n[\s\S]*Comparing\n/)
  const { directory, backups } = JSON.parse((await pgtend('list', '--json')).out)
  expect(directory).toBe(join(folder, 'backups'))
  const { id } = backups[0]
  expect((await pgtend('list', source.url)).out).toMatch(new RegExp(`${id}  done\\n.*restored in`))
  expect(await pgtend('verify', id)).toMatchObject({
    code: 0,
    out: expect.stringContaining('1 table with 1,000 rows'),
  })

  expect(await pgtend('restore', id)).toMatchObject({ code: 2, err: expect.stringContaining('--to') })
  expect(await pgtend('restore', id, '--to', empty.url)).toMatchObject({
    code: 2,
    err: expect.stringContaining('--yes'),
  })
  expect(await pgtend('restore', id, '--to', empty.url, '--yes')).toMatchObject({
    code: 0,
    out: expect.stringContaining('Run ANALYZE'),
  })
  expect((await empty.query('SELECT count(*)::int AS n FROM t'))[0]?.n).toBe(1000)
  expect(await pgtend('restore', id, '--to', empty.url, '--yes')).toMatchObject({
    code: 2,
    err: expect.stringContaining('not empty'),
  })

  rmSync(join(directory, id, '20-data-00001.sql.gz'))
  expect(await pgtend('verify', id)).toMatchObject({ code: 1, out: expect.stringContaining('is missing') })
  expect(await pgtend('restore', id, '--to', empty.url, '--yes')).toMatchObject({
    code: 4,
    err: expect.stringContaining('damaged'),
  })
  expect(await pgtend('verfy')).toMatchObject({
    code: 2,
    err: expect.stringContaining('did you mean verify?'),
  })
  expect(await pgtend('verify', 'nix')).toMatchObject({
    code: 2,
    err: expect.stringContaining('backup list'),
  })
})

test('by a role without grants it is refused with the right that is missing, and nothing is left', async () => {
  const [source, empty] = [await freshDatabase(LATEST), await freshDatabase(LATEST)]
  onTestFinished(() => Promise.all([source.drop(), empty.drop()]).then(() => {}))
  for (const database of [source, empty]) await database.query('DROP EXTENSION pg_stat_statements')
  await source.query('CREATE TABLE t AS SELECT i FROM generate_series(1, 10) i')
  await source.query('ALTER TABLE t OWNER TO pgtend_blind')
  await empty.query('REVOKE CREATE ON SCHEMA public FROM PUBLIC')
  const folder = temporaryFolder()
  const pgtend = pgtendIn(folder)
  expect(await pgtend('run', source.url)).toMatchObject({ code: 0 })
  const { id } = JSON.parse((await pgtend('list', '--json')).out).backups[0]
  const restore = () => pgtend('restore', id, '--to', empty.blindUrl, '--yes')
  const refused = await restore()
  expect(refused).toMatchObject({ code: 4, out: '' })
  expect(refused.err).toMatch(/permission denied for schema public[\s\S]*Nothing was changed/)
  const relations = () =>
    empty.query(`SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace`)
  expect(await relations()).toEqual([])
  await empty.query('GRANT CREATE ON SCHEMA public TO pgtend_blind')
  expect(await restore()).toMatchObject({ code: 0 })
  expect(await relations()).toEqual([{ relname: 't' }])
})
