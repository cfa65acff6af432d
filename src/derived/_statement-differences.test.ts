import fc from 'fast-check'
import { expect, test } from 'vitest'
import { row } from '../../test/facts.ts'
import statements from '../probes/statements.ts'
import { type Statement, statementDifferences } from './_statement-differences.ts'

/** pg_stat_statements as far as it matters here: entries that grow, are evicted, and all reset. */
class Server {
  clock = 0
  private readonly entries = new Map<string, { calls: number; seconds: number; since: number }>()
  /** What truly ran since the last sample. */
  ran = new Map<string, { calls: number; seconds: number }>()
  readonly tellsSince: boolean

  constructor(tellsSince: boolean) {
    this.tellsSince = tellsSince
  }
  run(id: string, calls: number): void {
    const entry = this.entries.get(id) ?? { calls: 0, seconds: 0, since: ++this.clock }
    const truth = this.ran.get(id) ?? { calls: 0, seconds: 0 }
    for (const counted of [entry, truth]) {
      counted.calls += calls
      counted.seconds += calls / 8
    }
    this.entries.set(id, entry)
    this.ran.set(id, truth)
  }
  evict(id: string): void {
    this.entries.delete(id)
  }
  reset(): void {
    this.entries.clear()
  }
  sample(): { rows: Statement[]; ran: Map<string, { calls: number; seconds: number }> } {
    const { ran } = this
    this.ran = new Map()
    this.clock++
    const rows = [...this.entries].map(([query_id, e]) =>
      row(statements, {
        query_id,
        toplevel: 'true',
        calls: e.calls,
        exec_seconds: e.seconds,
        stats_since: this.tellsSince ? e.since : null,
      }),
    )
    return { rows, ran }
  }
}

const id = fc.constantFrom('a', 'b', 'c', 'd')
const event = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant('run' as const), id, fc.integer({ min: 1, max: 9 })) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('evict' as const), id, fc.constant(0)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('reset' as const), id, fc.constant(0)) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('sample' as const), id, fc.constant(0)) },
)

test.each([true, false])(
  'never negative and never more than ran, whatever is evicted or reset (stats_since: %s)',
  (tellsSince) => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const server = new Server(tellsSince)
        let before = server.sample().rows
        for (const [what, query, calls] of [...events, ['sample', 'a', 0] as const]) {
          if (what === 'run') server.run(query, calls)
          else if (what === 'evict') server.evict(query)
          else if (what === 'reset') server.reset()
          else {
            const { rows: now, ran } = server.sample()
            for (const { row: r, grew } of statementDifferences({ now, before, seconds: 1 }).changes) {
              const truth = ran.get(r.query_id) ?? { calls: 0, seconds: 0 }
              expect(grew.calls).toBeGreaterThanOrEqual(0)
              expect(grew.calls).toBeLessThanOrEqual(truth.calls)
              expect(grew.exec_seconds).toBeGreaterThanOrEqual(0)
              expect(grew.exec_seconds).toBeLessThanOrEqual(truth.seconds)
            }
            before = now
          }
        }
      }),
      { numRuns: 300 },
    )
  },
)

test.each([true, false])('without evictions and resets nothing is lost (stats_since: %s)', (tellsSince) => {
  fc.assert(
    fc.property(fc.array(fc.tuple(id, fc.integer({ min: 1, max: 9 }))), (runs) => {
      const server = new Server(tellsSince)
      server.run('a', 1)
      const before = server.sample().rows
      for (const [query, calls] of runs) server.run(query, calls)
      const { rows: now, ran } = server.sample()
      const { changes, gaps } = statementDifferences({ now, before, seconds: 1 })
      expect(gaps).toBe(0)
      const counted = changes.filter((c) => c.grew.calls > 0).map((c) => [c.row.query_id, c.grew.calls])
      expect(Object.fromEntries(counted)).toEqual(
        Object.fromEntries([...ran].map(([query, { calls }]) => [query, calls])),
      )
    }),
  )
})

const s = (query_id: string, calls: number, stats_since: number | null = null) =>
  row(statements, { query_id, calls, stats_since })
const counted = (before: Statement[], now: Statement[]) =>
  statementDifferences({ before, now, seconds: 60 }).changes.map((c) => [c.row.query_id, c.grew.calls])

test('the same query id of another role, database or level is another statement', () => {
  const before = [s('a', 1)]
  const other = [
    { ...s('a', 9), user_id: 1 },
    { ...s('a', 9), database_id: 1 },
    { ...s('a', 9), toplevel: 'false' },
  ]
  expect(counted(before, [s('a', 2), ...other])).toEqual([
    ['a', 1],
    ['a', 9],
    ['a', 9],
    ['a', 9],
  ])
})

test('before 17, a new statement is a gap once anything was evicted', () => {
  expect(counted([s('a', 1)], [s('a', 1), s('new', 5)])).toEqual([['new', 5]])
  expect(counted([s('a', 1), s('gone', 1)], [s('a', 2), s('new', 5)])).toEqual([['a', 1]])
  expect(counted([s('a', 7), s('b', 1)], [s('a', 2), s('b', 2), s('new', 5)])).toEqual([['b', 1]])
})

test('from 17, its beginning tells', () => {
  const before = [s('a', 1, 100), s('gone', 1, 200)]
  expect(counted(before, [s('a', 5, 300), s('new', 5, 250), s('old', 5, 50)])).toEqual([
    ['a', 5],
    ['new', 5],
  ])
})
