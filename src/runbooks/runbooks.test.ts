import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { context } from '../../test/facts.ts'
import { freshDatabase, majors, serverUrl } from '../../test/servers.ts'
import type { Detection, Runbook } from '../core/runbook.ts'
import { openActionSession } from '../postgres/action-session.ts'
import { parseUrl } from '../postgres/url.ts'
import emergencyVacuum from './emergency-vacuum.ts'
import { runbooks } from './index.ts'
import slowQueries from './slow-queries.ts'

async function look(url: string, runbook: Runbook, thresholds = {}, limits = {}): Promise<Detection> {
  const session = await openActionSession(parseUrl(url))
  try {
    return await session.read((query) =>
      runbook.detect(query, { ...runbook.thresholds, ...thresholds }, context({ limits })),
    )
  } finally {
    await session.close()
  }
}

describe.each(majors)('runbooks on PostgreSQL %i', (major) => {
  test.each(runbooks.map((r) => [r.name, r] as const))(
    '%s looks and plans nothing where nothing is wrong',
    async (_, runbook) => {
      const db = await freshDatabase(major)
      onTestFinished(() => db.drop())
      const seen = await look(db.url, runbook)
      expect(seen.summary).toMatch(/\.$/)
      expect(seen.moves).toEqual([])
      const blind = look(db.blindUrl, runbook)
      // What is known of tables is open to all. Of sessions it sees its own: no reason to say that all is well.
      if (runbook.name === 'emergency-vacuum') expect((await blind).moves).toEqual([])
      else
        await expect(blind).rejects.toMatchObject({
          ...{ code: 'cannot-plan', detail: expect.stringContaining('GRANT pg_monitor TO pgtend_blind;') },
        })
    },
  )

  test('slow-queries finds the statement and what it touches; other databases are not its business', async () => {
    const [db, other] = [await freshDatabase(major), await freshDatabase(major)]
    onTestFinished(async () => {
      await db.drop()
      await other.drop()
    })
    await db.query('create table "T""able" (a int)')
    const [here, there] = [await db.client(), await other.client()]
    void here.query('select pg_sleep(60) from (select count(*) from "T""able") x').catch(() => {})
    void there.query('select pg_sleep(60)').catch(() => {})
    await sleep(400)
    const seen = await look(db.url, slowQueries, { active: 0.2 })
    expect(seen.moves.map((m) => [m.action, m.input.table])).toEqual([
      ['cancel-backend', undefined],
      ['analyze', 'T"able'],
    ])
    expect(seen.spared.filter((s) => s.database === other.name)).toMatchObject([
      { reason: `it is in another database (${other.name})` },
    ])
  })

  test('emergency-vacuum takes critical tables first, by name with or without schema', async () => {
    const db = await freshDatabase(major)
    onTestFinished(() => db.drop())
    for (const name of ['critical', 'mostly_dead', 'half_dead']) {
      await db.query(
        `create table ${name} with (autovacuum_enabled = off) as select generate_series(1, 1000) a`,
      )
    }
    await db.query('delete from critical where a % 3 = 0')
    await db.query('delete from half_dead where a % 3 = 0')
    await db.query('delete from mostly_dead where a % 3 <> 0')
    const url = serverUrl(major, { database: db.name })
    const thresholds = { rows: 100 }
    const limits = { criticalTables: ['critical'] }
    // A session tells its counters once a second, when it comes to rest.
    for (let tries = 0; tries < 50; tries++) {
      await db.query('select')
      const seen = await look(url, emergencyVacuum, thresholds, limits)
      const names = seen.moves.map((m) => m.input.table)
      if (names.length < 2 && tries < 49) await sleep(100)
      else {
        expect(names).toEqual(['critical', 'mostly_dead'])
        return
      }
    }
  })
})
