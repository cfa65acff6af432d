import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import queryPerformance from '../derived/query-performance.ts'
import rule from './slow-average-query.ts'

const judged = (average: number | null, calls = 12) =>
  check(rule, { performance: [row(queryPerformance, { average, calls, window: 60 })] })

test.each([
  [null, []],
  [0.5, []],
  [0.501, ['warning']],
  [1, ['warning']],
  [1.01, ['critical']],
])('an average of %s s: %j', (average, severities) =>
  expect(judged(average).map((b) => b.severity)).toEqual(severities),
)

test('one statement that takes long is no average', () => {
  expect(judged(5, 9)).toEqual([])
  expect(judged(5, 10)).toHaveLength(1)
})

test('says over which time and how many calls', () =>
  expect(judged(0.75)[0]?.summary).toBe(
    'A statement took 750 ms on average over the last 1 min (12 executions).',
  ))
