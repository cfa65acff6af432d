import { expect, test } from 'vitest'
import { freshDatabase, majors } from '../../test/servers.ts'
import { probes } from '../probes/index.ts'
import { connect } from './session.ts'
import { tagged } from './tag.ts'
import { parseUrl } from './url.ts'

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

test.each(majors)('all that a session sends to PostgreSQL %i is named', async (major) => {
  const db = await freshDatabase(major)
  const role = `named_${db.name}`
  try {
    await db.query(`CREATE ROLE ${role} LOGIN IN ROLE pg_monitor`)
    const session = await connect(parseUrl(db.url.replace('postgres@', `${role}@`), {}))
    await session.flight(probes.map((probe) => ({ probe, ...(probe.lookup && { values: [] }) })))
    await session.close()
    const sent = await db.query('SELECT query FROM pg_stat_statements WHERE userid = $1::regrole', [role])
    expect(sent.length).toBeGreaterThan(probes.length / 2)
    const unnamed = sent.filter(({ query }) => !String(query).includes('/* pgtend:'))
    expect(unnamed).toEqual([])
  } finally {
    await db.query(`DROP ROLE IF EXISTS ${role}`)
    await db.drop()
  }
})
