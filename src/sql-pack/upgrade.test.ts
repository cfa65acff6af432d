/** From version 1 to this one. Databases have it in two forms: as it was at first, and changed without a new number. */
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { freshDatabase, majors, type TestDatabase } from '../../test/servers.ts'
import { changePack, healthOf, rowsOf } from '../../test/sql-pack.ts'
import { loadPack, type Pack } from './pack.ts'
import { freshScript } from './pack-change.ts'

const pack = loadPack()
const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

const changed: Pack = {
  ...{ ...pack, version: 1, upgrades: new Map() },
  install: pack.install.replaceAll(`SQL pack, version ${pack.version}`, 'SQL pack, version 1'),
}
/** Of the files of the first version, those that the upgrade is about; the bodies of the others are replaced anyway. */
const atFirst: Pack = {
  ...changed,
  install: ['090-bloat.sql', '095-bloat-views.sql'].reduce(
    (install, name) => install.replace(read(`sql/${name}`), () => read(`test/sql-pack-1/${name}`)),
    changed.install,
  ),
}

const CONTENTS = `SELECT p.proname AS name, pg_get_functiondef(p.oid) AS text, p.proacl::text AS acl FROM pg_proc p
    WHERE pronamespace = 'pgtend'::regnamespace
  UNION ALL SELECT relname, CASE relkind WHEN 'v' THEN pg_get_viewdef(oid) END, concat(relacl, reloptions) FROM pg_class
    WHERE relnamespace = 'pgtend'::regnamespace AND relkind IN ('v', 'r') ORDER BY 1`
const SETTINGS = 'SELECT name, value FROM pgtend.settings ORDER BY name'

let database: TestDatabase

describe.each(majors)('on PostgreSQL %i', (major) => {
  beforeEach(async () => {
    database = await freshDatabase(major)
  })
  afterEach(() => database.drop())

  /** What a database has that never had another version. */
  async function fresh(): Promise<unknown> {
    await changePack(database.url, { task: 'install', grant: ['pgtend_monitor'] })
    const contents = await database.query(CONTENTS)
    await changePack(database.url, { task: 'uninstall' })
    return contents
  }

  const byHand = () =>
    rowsOf(database.url, `BEGIN; ${freshScript(pack, { task: 'install' })}; COMMIT`).then(() => undefined)

  describe.each([
    ['as it was at first', atFirst],
    ['changed', changed],
  ] as const)('version 1 %s', (_, old) => {
    test.each([
      ['upgrade', () => changePack(database.url, { task: 'upgrade' })],
      ['install over it', () => changePack(database.url, { task: 'install' })],
      ['the printed script', byHand],
    ])('%s: like a fresh one, with settings, grants and what was built on it', async (_name, bring) => {
      const whole = await fresh()
      await changePack(database.url, { task: 'install', grant: ['pgtend_monitor'] }, old)
      await database.query(`UPDATE pgtend.settings SET value = 0.123 WHERE name = 'bloat.warning';
        UPDATE pgtend.settings SET value = 1e9 WHERE name = 'limits.storage'`)
      await database.query(`CREATE VIEW mine AS SELECT t.table_name, i.index_name FROM pgtend.table_bloat_analysis t
        JOIN pgtend.index_bloat_analysis i USING (table_name);
        CREATE TABLE t AS SELECT 1 AS a; CREATE INDEX ON t (a)`)
      const settings = await database.query(SETTINGS)
      await bring()
      expect(await database.query('SELECT pgtend.version() AS version')).toEqual([{ version: pack.version }])
      expect(await database.query(CONTENTS)).toEqual(whole)
      expect(await database.query(SETTINGS)).toEqual(settings)
      expect(await database.query('SELECT * FROM mine')).toContainEqual({
        table_name: 't',
        index_name: 't_a_idx',
      })
      expect((await healthOf(database.monitorUrl)).get('storage')?.status).not.toBe('unknown')
    })

    test('it can be removed without being upgraded first', async () => {
      await changePack(database.url, { task: 'install' }, old)
      await changePack(database.url, { task: 'uninstall' })
      expect(await database.query(`SELECT to_regnamespace('pgtend') AS schema`)).toEqual([{ schema: null }])
    })
  })

  test('what was built on a function whose columns change makes it stop, with version 1 whole', async () => {
    await changePack(database.url, { task: 'install' }, atFirst)
    const before = await database.query(CONTENTS)
    await database.query('CREATE VIEW mine AS SELECT * FROM pgtend.estimate_table_bloat()')
    await expect(changePack(database.url, { task: 'upgrade' })).rejects.toMatchObject({
      ...{ code: 'sql-pack', detail: expect.stringMatching(/view (public\.)?mine depends/) },
    })
    expect(await database.query(CONTENTS)).toEqual(before)
  })
})
