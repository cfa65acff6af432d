import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshDatabase, majors, type TestDatabase } from '../../test/servers.ts'
import { conflicts } from './lock-mode.ts'

/** As LOCK TABLE takes them: `SHARE ROW EXCLUSIVE` is ShareRowExclusiveLock. */
const MODES = [
  ...['ACCESS SHARE', 'ROW SHARE', 'ROW EXCLUSIVE', 'SHARE UPDATE EXCLUSIVE'],
  ...['SHARE', 'SHARE ROW EXCLUSIVE', 'EXCLUSIVE', 'ACCESS EXCLUSIVE'],
]
const nameOf = (mode: string) =>
  `${mode.toLowerCase().replace(/(?:^| )(\w)/g, (_, letter: string) => letter.toUpperCase())}Lock`

describe.each(majors)('PostgreSQL %i', (major) => {
  let db: TestDatabase
  beforeAll(async () => {
    db = await freshDatabase(major)
  })
  afterAll(() => db?.drop())

  test('shuts out what the server shuts out', async () => {
    await db.query('CREATE TABLE t ()')
    const [holder, other] = [await db.client(), await db.client()]
    for (const held of MODES) {
      await holder.query(`BEGIN; LOCK TABLE t IN ${held} MODE`)
      for (const wanted of MODES) {
        const refused = await other.query(`BEGIN; LOCK TABLE t IN ${wanted} MODE NOWAIT`).then(
          () => false,
          ({ code }) => code === '55P03',
        )
        await other.query('ROLLBACK')
        expect([held, wanted, conflicts(nameOf(held), nameOf(wanted))]).toEqual([held, wanted, refused])
      }
      await holder.query('ROLLBACK')
    }
  })
})

test('a predicate lock keeps nobody waiting', () =>
  expect(conflicts('SIReadLock', 'AccessExclusiveLock')).toBe(false))
