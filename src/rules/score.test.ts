import { expect, test } from 'vitest'
import { context, row } from '../../test/facts.ts'
import { evaluate, type Sample } from '../core/evaluate.ts'
import { ok } from '../core/outcome.ts'
import type { Capabilities } from '../core/server.ts'
import type { Table } from '../core/table.ts'
import connections from '../derived/connections.ts'
import queryPerformance from '../derived/query-performance.ts'
import replicationStatus from '../derived/replication-status.ts'
import storage from '../derived/storage.ts'
import tables from '../derived/tables.ts'
import uncountedTables from '../derived/uncounted-tables.ts'
import activity from '../probes/activity.ts'
import blocking from '../probes/blocking.ts'
import databases from '../probes/databases.ts'
import statisticsResets from '../probes/statistics-resets.ts'
import { rules } from './index.ts'

type Fact = readonly [Table, readonly Readonly<Record<string, unknown>>[]]

/** Facts given as if they had been computed: a table's rows by its name; no session but ours. */
const facts = (...given: Fact[]) =>
  new Map<string, Sample>(
    [[activity, []] as Fact, ...given].map(([table, rows]) => [table.name, { at: 0, outcome: ok(rows) }]),
  )
const score = async (samples: ReadonlyMap<string, Sample>, settings: Capabilities['settings'] = {}) => {
  const { derived } = await import('../derived/index.ts')
  return evaluate({ derived, rules, advice: [] }, samples, context({ server: { settings } })).health
}

const used = (utilisation: number) => [connections, [row(connections, { utilisation, usable: 100 })]] as const
const average = (seconds: number) =>
  [queryPerformance, [row(queryPerformance, { average: seconds, calls: 100 })]] as const
const slow = (slow_statements: number) =>
  [queryPerformance, [row(queryPerformance, { slow_statements })]] as const
const stored = (ratio: number) => [storage, [row(storage, { used: ratio, limit: 1 })]] as const
const waiting = (count: number) =>
  [blocking, Array.from({ length: count }, (_, n) => row(blocking, { pid: n + 2, blocked_by: [1] }))] as const

test.each([
  ['80 % of connections', used(0.8), 0],
  ['81 % of connections', used(0.81), 15],
  ['90 % of connections', used(0.9), 15],
  ['91 % of connections', used(0.91), 25],
  ['500 ms on average', average(0.5), 0],
  ['501 ms on average', average(0.501), 10],
  ['1,000 ms on average', average(1), 10],
  ['1,001 ms on average', average(1.001), 20],
  ['10 slow statements', slow(10), 0],
  ['11 slow statements', slow(11), 15],
  ['80 % of storage', stored(0.8), 0],
  ['81 % of storage', stored(0.81), 20],
  ['90 % of storage', stored(0.9), 20],
  ['91 % of storage', stored(0.91), 30],
  ['nobody blocked', waiting(0), 0],
  ['one blocked', waiting(1), 15],
  ['five blocked', waiting(5), 15],
  ['six blocked', waiting(6), 25],
] as const)('%s: %i points off', async (_, fact, points) => {
  const health = await score(facts(fact as Fact))
  expect(health.score).toBe(100 - points)
  expect(health.deductions.map((d) => d.points)).toEqual(points === 0 ? [] : [points])
  for (const d of health.deductions) expect(d.summary).toMatch(/\.$/)
})

test('they add up, each named', async () => {
  const health = await score(facts(used(0.95), average(2), stored(0.85), waiting(9)))
  expect(health.score).toBe(100 - 25 - 20 - 20 - 25)
  expect(health).toMatchObject({ status: 'unhealthy' })
  expect(health.deductions.map((d) => d.rule).sort()).toEqual([
    'blocked-sessions',
    'connections-near-limit',
    'slow-average-query',
    'storage-near-limit',
  ])
})

test.each([
  [[databases, [row(databases, { xid_age: 2_000_000_000 })]], 49],
  [[replicationStatus, [row(replicationStatus, { state: 'disconnected' })]], 60],
  [stored(0.95), 49],
] as const)('a fatal state caps the score (case %#)', async (fact, cap) =>
  expect((await score(facts(fact as Fact))).score).toBe(cap),
)

test('so does a corrupt block', async () => {
  const known = facts(
    [databases, [row(databases, { checksum_failures: 1 })]],
    [statisticsResets, [row(statisticsResets)]],
  )
  expect((await score(known)).score).toBe(49)
})

test('so does autovacuum that is off for the whole server, and for one table it does not', async () => {
  const table = row(tables, {
    schema: 's',
    table: 't',
    changed_since_analyze: 20_000,
    autovacuum_enabled: false,
  })
  const known = facts([tables, [table]], [uncountedTables, []])
  expect((await score(known, { autovacuum: 'off' })).score).toBe(49)
  expect((await score(known, { autovacuum: 'on' })).score).toBe(95)
})

test('every rule says what it means and what to do, in sentences, and deducts for what it can raise', () => {
  for (const rule of rules) {
    for (const text of [rule.doc, rule.remedy]) expect(text, rule.name).toMatch(/^[A-Z].*\.$/s)
    const { warning = 0, critical = warning } = rule.deductions
    expect(critical, rule.name).toBeGreaterThanOrEqual(warning)
    if (rule.cap !== undefined) expect(rule.deductions.critical, rule.name).toBeGreaterThan(0)
  }
})
