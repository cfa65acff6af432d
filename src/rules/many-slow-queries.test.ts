import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import queryPerformance from '../derived/query-performance.ts'
import rule from './many-slow-queries.ts'

test.each([
  [0, 0],
  [10, 0],
  [11, 1],
])('%i slow statements: %i finding', (slow_statements, findings) => {
  const found = check(rule, { performance: [row(queryPerformance, { slow_statements, window: 60 })] })
  expect(found).toHaveLength(findings)
  for (const f of found)
    expect(f.summary).toBe('11 statements took more than 1 s on average over the last 1 min.')
})
