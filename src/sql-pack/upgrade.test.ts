import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { freshDatabase, majors, type TestDatabase } from '../../test/servers.ts'
import { changePack, healthOf } from '../../test/sql-pack.ts'
import { loadPack } from './pack.ts'

/** What version 1 had that can't be replaced: these functions, of these arguments and columns, and views that stand on them. */
const ONE = `
CREATE SCHEMA pgtend;
COMMENT ON SCHEMA pgtend IS 'pgtend SQL pack, version 1';
CREATE FUNCTION pgtend.estimate_row_widths() RETURNS TABLE (relation oid, width float8, exact boolean, has_nulls float8,
  attributes bigint, known bigint, names boolean) LANGUAGE sql AS 'SELECT 1::oid, 1.0::float8, true, 0.0::float8, 1::bigint, 1::bigint, false';
CREATE FUNCTION pgtend.estimate_table_bloat() RETURNS TABLE (relation oid, bloat float8) LANGUAGE sql AS 'SELECT 1::oid, 0.1::float8';
CREATE FUNCTION pgtend.estimate_index_bloat() RETURNS TABLE (index oid, bloat float8) LANGUAGE sql AS 'SELECT 1::oid, 0.1::float8';
CREATE FUNCTION pgtend.grade_bloat(bytes bigint, share numeric) RETURNS text LANGUAGE sql AS $$SELECT 'ok'$$;
CREATE FUNCTION pgtend.is_stale(relation oid, tuples float8, most numeric) RETURNS boolean LANGUAGE sql AS 'SELECT false';
CREATE FUNCTION pgtend.why_unknown(heap oid) RETURNS text LANGUAGE sql AS $$SELECT ''$$;
CREATE VIEW pgtend.table_bloat_analysis AS SELECT b.*, pgtend.why_unknown(b.relation) AS reason FROM pgtend.estimate_table_bloat() b;
CREATE VIEW pgtend.index_bloat_analysis AS SELECT * FROM pgtend.estimate_index_bloat();
CREATE VIEW pgtend.index_usage_analysis AS SELECT 'kept' AS verdict;`

const pack = loadPack()
const settings = /CREATE TABLE[^;]*pgtend\.settings[^;]*;/.exec(pack.install)?.[0] ?? ''

describe.each([...new Set([majors[0], majors.at(-1)])])('PostgreSQL %s', (major) => {
  let database: TestDatabase
  beforeEach(async () => {
    database = await freshDatabase(major ?? 17)
    await database.query(ONE)
    await database.query(settings)
    await database.query(
      `INSERT INTO pgtend.settings (name, value, default_value, help) VALUES ('drop-unused-index.days', 30, 14, 'as it was')`,
    )
  })
  afterEach(() => database.drop())

  test.each(['upgrade', 'install'] as const)(
    '%s brings version 1 up to date and keeps its settings',
    async (task) => {
      const change = await changePack(database.url, { task })
      expect(change.does[0]).toContain(`from version 1 to version ${pack.version}`)
      const [state] = await database.query(`SELECT pgtend.version() AS version,
      pgtend.setting('drop-unused-index.days')::int AS changed, to_regproc('pgtend.is_stale') AS gone`)
      expect(state).toEqual({ version: pack.version, changed: 30, gone: null })
      await healthOf(database.url)
      await changePack(database.url, { task: 'uninstall' })
      expect(await database.query(`SELECT to_regnamespace('pgtend') AS left`)).toEqual([{ left: null }])
    },
  )
})
