import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import databaseRates from '../derived/database-rates.ts'
import rule from './deadlocks.ts'

test.each([
  [0, true, []],
  [1, true, ['1 deadlock in the database app over the last 10 s.']],
  [3, true, ['3 deadlocks in the database app over the last 10 s.']],
  [3, false, []],
])('%i deadlocks, connected there: %s', (deadlocks, current, summaries) => {
  const rates = [row(databaseRates, { database: 'app', deadlocks, current, window: 10 })]
  expect(check(rule, { rates }).map((b) => b.summary)).toEqual(summaries)
})
