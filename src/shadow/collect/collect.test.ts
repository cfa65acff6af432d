import { expect, test } from 'vitest'
import { freshDatabase, majors } from '../../../test/servers.ts'
import { parseUrl } from '../../postgres/url.ts'
import { collect } from './collect.ts'

// Whoever holds a catalog holds up the SELECT that reads it, and no earlier one.
test.each(
  majors.flatMap((major) =>
    ['pg_attrdef', 'pg_statistic_ext_data'].map((catalog) => [major, catalog] as const),
  ),
)(
  'PostgreSQL %i: of a table that is dropped before %s is read nothing is left, and nothing is made up',
  async (major, catalog) => {
    const db = await freshDatabase(major)
    try {
      await db.query('CREATE TABLE passing (id int PRIMARY KEY, note text); CREATE TABLE staying (id int)')
      const holder = await db.client()
      await holder.query(`BEGIN; LOCK TABLE ${catalog}`)
      const collecting = collect(parseUrl(db.url, {}))
      const waiting = () =>
        db.query(`SELECT FROM pg_locks WHERE relation = $1::regclass AND NOT granted`, [catalog])
      await expect.poll(waiting, { timeout: 20_000, interval: 10 }).not.toEqual([])
      await holder.query('DROP TABLE passing; COMMIT')
      const { relations, columns, indexes, constraints } = await collecting
      expect(relations.map((r) => r.name)).toEqual(['staying'])
      expect(columns.map((c) => c.relation)).toEqual([relations[0]?.oid])
      expect([indexes, constraints]).toEqual([[], []])
    } finally {
      await db.drop()
    }
  },
)
