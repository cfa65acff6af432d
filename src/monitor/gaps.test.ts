/** Whatever happens to counters and clocks is a gap, never a spike: random lives of a server, with real derived tables. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { context, row } from '../../test/facts.ts'
import { type Outcome, ok } from '../core/outcome.ts'
import databaseRates from '../derived/database-rates.ts'
import walRates from '../derived/wal-rates.ts'
import checkpoints from '../probes/checkpoints.ts'
import databases from '../probes/databases.ts'
import instance from '../probes/instance.ts'
import { createFacts } from './facts.ts'

/** Transactions and bytes of WAL a second at most. */
const BUSIEST = 100
/** Clocks may differ by two seconds of the ten of a tick before it is taken for a jump. */
const TOLERANCE = 10 / 8 + 0.01

const EVENTS = [
  'nothing',
  'reset',
  'crash',
  'restart',
  'failover',
  'server clock',
  'own clock',
  'promotion',
] as const
const step = fc.record({
  event: fc.constantFrom(...EVENTS),
  seconds: fc.integer({ min: 10, max: 900 }),
  rate: fc.integer({ min: 0, max: BUSIEST }),
  /** Seconds that a clock is set by. */
  jump: fc.integer({ min: -100_000, max: 100_000 }),
  /** What another server has counted so far. */
  elsewhere: fc.integer({ min: 0, max: 1_000_000_000 }),
})

test('no rate is below zero or above what was done', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 2, maxLength: 30 }), (steps) => {
      const probes = [databases, instance, checkpoints]
      const facts = createFacts(probes, { derived: [databaseRates, walRates], rules: [], advice: [] })
      let [now, own, commits, wal, reset, standby] = [1e12, 0, 5_000_000, 9_000_000_000, 1, false]
      for (const { event, seconds, rate, jump, elsewhere } of steps) {
        now += seconds * 1000
        own += seconds * 1000
        commits += rate * seconds
        wal += rate * seconds
        if (event === 'reset') [commits, reset] = [0, reset + 1]
        // From PostgreSQL 15 on a crash empties the counters and leaves the time of their reset as it was.
        if (event === 'crash') commits = 0
        if (event === 'failover') [commits, wal, reset] = [elsewhere, elsewhere, reset + 1]
        if (event === 'promotion') standby = !standby
        if (event === 'server clock') now += jump * 1000
        // Seen when the connection is made anew.
        if (event === 'crash' || event === 'restart' || event === 'failover') facts.gap()
        const rows: [string, Outcome][] = [
          ['databases', ok([row(databases, { database: 'app', commits, stats_reset: reset })])],
          ['instance', ok([row(instance, { wal_position: standby ? null : wal })])],
          ['checkpoints', ok([row(checkpoints, { requested: commits, stats_reset: reset })])],
        ]
        const results = new Map(rows.map(([name, outcome]) => [name, { outcome }]))
        facts.take(
          now,
          results,
          probes.map((probe) => ({ probe })),
          own,
        )
        const { tables } = facts.evaluate({ ...context(), at: now }, {})
        const read = (name: string) => {
          const outcome = tables.get(name)
          return outcome?.ok ? outcome.rows : []
        }
        const rates = [
          ...read('database-rates').map((r) => r.transactions),
          ...read('wal-rates').map((r) => r.wal ?? 0),
        ]
        for (const found of rates) {
          expect(found).toBeGreaterThanOrEqual(0)
          expect(found).toBeLessThanOrEqual(BUSIEST * TOLERANCE)
        }
      }
    }),
    { numRuns: 500 },
  )
})

test('a clock that runs as ours does is no gap, one that was set is', () => {
  const facts = createFacts([databases], { derived: [], rules: [], advice: [] })
  const take = (at: number, own: number) =>
    facts.take(at, new Map([['databases', { outcome: ok([row(databases)]) }]]), [{ probe: databases }], own)
  take(1_000_000, 0)
  take(1_010_000, 10_400)
  expect(facts.before('databases')).toMatchObject({ at: 1_000_000 })
  take(1_012_000, 20_400)
  expect(facts.before('databases')).toBeUndefined()
  take(1_022_000, 30_400)
  expect(facts.before('databases')).toMatchObject({ at: 1_012_000 })
})
