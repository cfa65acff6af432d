import { expect, test } from 'vitest'
import { freshDatabase, majors } from '../../test/servers.ts'
import { tagged } from './tag.ts'

test.each([
  ['select 1', 'select /* pgtend:x */ 1'],
  ['\nWITH a AS (select 1) table a', 'WITH /* pgtend:x */ a AS (select 1) table a'],
])('%s', (sql, text) => expect(tagged('x', sql)).toBe(text))

test.each(majors)('PostgreSQL %i keeps it in pg_stat_statements', async (major) => {
  const db = await freshDatabase(major)
  try {
    await db.query(tagged('tag', 'select 41 + 1 as tag_test'))
    const rows = await db.query(
      "select query from pg_stat_statements where query like '%pgtend:tag */%tag_test%' and query not like '%like%'",
    )
    expect(rows).toHaveLength(1)
  } finally {
    await db.drop()
  }
})
