import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { freshDatabase, majors, type TestDatabase } from '../../test/servers.ts'
import type { Cadence } from '../core/probe.ts'
import { connect } from '../postgres/session.ts'
import { parseUrl } from '../postgres/url.ts'
import { probes } from '../probes/index.ts'
import { parseConfig } from './config.ts'
import { runCycle } from './cycle.ts'
import { createFacts } from './facts.ts'
import { registry } from './registry.ts'

const MINUTE: ReadonlySet<Cadence> = new Set<Cadence>(['tick', 'minute', 'schema'])
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** The rows of each table of each cycle, held weakly. */
async function watched(db: TestDatabase, cycles: number) {
  const session = await connect(parseUrl(db.monitorUrl, {}))
  const facts = createFacts(probes, registry)
  const seen: { readonly table: string; readonly rows: WeakRef<object> }[][] = []
  try {
    for (let nth = 0; nth < cycles; nth++) {
      await db.query('select count(*) from rooms')
      const { evaluation } = await runCycle(session, facts, MINUTE, parseConfig({}))
      seen.push(
        [...evaluation.tables].flatMap(([table, o]) => (o.ok ? [{ table, rows: new WeakRef(o.rows) }] : [])),
      )
    }
    return { seen, facts }
  } finally {
    await session.close()
  }
}

describe.each(majors)('PostgreSQL %i', (major) => {
  test('what was read is let go of when it is neither the last nor the one before', async () => {
    const db = await freshDatabase(major)
    try {
      await db.query('create table rooms (id int primary key)')
      const { seen, facts } = await watched(db, 6)
      collect()
      const last = new Set(seen.slice(-2).flatMap((cycle) => cycle.map(({ rows }) => rows.deref())))
      const held = seen.slice(0, -2).flatMap((cycle, nth) =>
        cycle.flatMap(({ table, rows }) => {
          const kept = rows.deref()
          return kept && !last.has(kept) ? [`${table} of cycle ${nth}`] : []
        }),
      )
      expect(held).toEqual([])
      expect(facts.schemaCurrent).toBe(true)
    } finally {
      await db.drop()
    }
  })
})
