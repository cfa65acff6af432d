import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import walRates from '../derived/wal-rates.ts'
import rule from './checkpoints-forced.ts'

const judged = (requested: number | null, fills_in: number | null) =>
  check(rule, { rates: [row(walRates, { requested, fills_in, wal: 1, window: 60 })] })

test.each([
  [1, 299, 1],
  [0, 10, 0],
  // A checkpoint by command while little is written.
  [3, 300, 0],
  [3, null, 0],
  [null, 10, 0],
])('%s requested, WAL full in %s s: %i finding', (requested, fills, count) =>
  expect(judged(requested, fills)).toHaveLength(count),
)
