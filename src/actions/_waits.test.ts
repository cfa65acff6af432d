import { describe, expect, it, onTestFinished } from 'vitest'
import { freshDatabase, majors } from '../../test/servers.ts'
import { openActionSession } from '../postgres/action-session.ts'
import { parseUrl } from '../postgres/url.ts'
import { noOldTransaction } from './_waits.ts'

describe.each(majors)('on PostgreSQL %i', (major) => {
  it('names the transaction that CONCURRENTLY would wait for, and no other', async () => {
    const db = await freshDatabase(major)
    const session = await openActionSession(parseUrl(db.url))
    onTestFinished(async () => {
      await session.close()
      await db.drop()
    })
    await db.query('CREATE TABLE t (a int); CREATE TABLE other (a int)')
    const [{ oid } = {}] = await db.query(`SELECT 't'::regclass::oid::int AS oid`)
    const check = (waitsFor: 'snapshots' | 'users of the table', old?: number) =>
      session.read((query) => noOldTransaction(query, oid as number, waitsFor, old))

    const snapshot = await db.client()
    await snapshot.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
    await snapshot.query('SELECT count(*) FROM other')
    expect(await check('snapshots')).toMatchObject({ holds: true })
    expect(await check('snapshots', 0)).toMatchObject({ holds: false })
    // It uses another table, and DROP INDEX CONCURRENTLY doesn't care for snapshots.
    expect(await check('users of the table', 0)).toMatchObject({ holds: true })
    await snapshot.query('ROLLBACK')

    const user = await db.client()
    await user.query(`SET application_name = 'reports'`)
    await user.query('BEGIN')
    await user.query('SELECT count(*) FROM t')
    const found = await check('users of the table', 0)
    expect(found).toMatchObject({ holds: false, detail: expect.stringContaining('reports') })
  })
})
