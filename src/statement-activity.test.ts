import { expect, test } from 'vitest'
import { freshDatabase, majors } from '../test/servers.ts'
import { parseUrl } from './postgres/url.ts'
import { watchActivity } from './statement-activity.ts'

test.each(majors)('PostgreSQL %i: a statement of two roles is each one’s own', async (major) => {
  const db = await freshDatabase(major)
  const role = `web "of" ${db.name}`
  const quoted = `"${role.replaceAll('"', '""')}"`
  const sql = `SELECT count(*) FROM t_${db.name}`
  try {
    await db.query(`CREATE TABLE t_${db.name} (); CREATE ROLE ${quoted}`)
    await db.query(`GRANT SELECT ON t_${db.name} TO ${quoted}`)
    const both = async () => {
      for (const step of [sql, sql, `SET ROLE ${quoted}`, sql, 'RESET ROLE']) await db.query(step)
    }
    // So that both have an entry: before 17 nothing tells when one began.
    await both()
    const watch = await watchActivity(parseUrl(db.monitorUrl, {}))
    try {
      await both()
      const { entries } = await watch.read()
      expect(entries.filter((e) => e.text === sql).map((e) => [e.role, e.calls])).toEqual(
        expect.arrayContaining([
          ['postgres', 2],
          [role, 1],
        ]),
      )
    } finally {
      await watch.close()
    }
  } finally {
    await db.query(`DROP OWNED BY ${quoted}; DROP ROLE ${quoted}`)
    await db.drop()
  }
})
