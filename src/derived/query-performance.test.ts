import fc from 'fast-check'
import { expect, test } from 'vitest'
import { derive, row } from '../../test/facts.ts'
import statements from '../probes/statements.ts'
import queryPerformance from './query-performance.ts'
import statementRates from './statement-rates.ts'

const pair = { seconds: 10, before: [], now: [] }
const of = (...means: [mean: number, calls: number, slow?: boolean][]) =>
  derive(queryPerformance, {
    statements: pair,
    rates: means.map(([mean, calls, slow = false], n) =>
      row(statementRates, { query_id: String(n), mean, calls, total: mean * calls, slow }),
    ),
  })[0]

test('percentiles are weighted by calls', () => {
  expect(of([0.01, 90], [1, 9, true], [5, 1, true])).toMatchObject({
    calls: 100,
    calls_rate: 10,
    average: (0.9 + 9 + 5) / 100,
    median: 0.01,
    p95: 1,
    p99: 1,
    slow_statements: 2,
    statements: 3,
  })
  expect(of([0.01, 90], [5, 10])).toMatchObject({ median: 0.01, p95: 5, p99: 5 })
})

test('what ran inside functions is not counted beside its caller', () => {
  const rates = [
    row(statementRates, { query_id: 'a', toplevel: 'true', mean: 2, calls: 10, total: 20, slow: true }),
    row(statementRates, { query_id: 'b', toplevel: 'false', mean: 1.9, calls: 10, total: 19, slow: true }),
    row(statementRates, { query_id: 'c', toplevel: 'false', mean: 0.001, calls: 900, total: 0.9 }),
  ]
  expect(derive(queryPerformance, { statements: pair, rates })).toMatchObject([
    { calls: 10, calls_rate: 1, average: 2, median: 2, p95: 2, slow_statements: 1, statements: 1 },
  ])
})

test('nothing ran: no figures, not zero', () =>
  expect(of()).toMatchObject({ calls: 0, average: null, median: null, p95: null, p99: null }))

test('what could not be differenced is counted as a gap', () => {
  const now = [row(statements, { query_id: 'a', calls: 1 })]
  const before = [row(statements, { query_id: 'a', calls: 5 })]
  expect(derive(queryPerformance, { rates: [], statements: { seconds: 10, now, before } })).toMatchObject([
    { gaps: 1 },
  ])
})

test('percentiles rise with their share and stay within the means', () => {
  const one = fc.tuple(fc.double({ min: 0, max: 100, noNaN: true }), fc.integer({ min: 1, max: 1000 }))
  fc.assert(
    fc.property(fc.array(one, { minLength: 1 }), (means) => {
      const { median, p95, p99 } = of(...means) ?? {}
      const all = means.map(([mean]) => mean)
      const seen = [Math.min(...all), median, p95, p99, Math.max(...all)] as number[]
      expect(seen).toEqual([...seen].sort((a, b) => a - b))
    }),
  )
})
