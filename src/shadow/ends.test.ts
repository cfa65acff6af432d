import { expect, test } from 'vitest'
import { extrapolated } from './ends.ts'
import { parseArray } from './parse-array.ts'
import type { IndexRow, Snapshot, StatisticRow } from './snapshot.ts'

/** A table with one column that was analysed at 1,000 rows, and has had 100 written since. */
function grown(type: string, bounds: string, correlation: number, modified = 100): string | undefined {
  const of: StatisticRow = {
    ...{ relation: 1, number: 1, inherited: false, nullFraction: 0, width: 8, distinct: -1 },
    slots: [
      { kind: 2, operator: null, collation: null, numbers: null, values: bounds },
      { kind: 3, operator: null, collation: null, numbers: [correlation], values: null },
    ],
  }
  const snapshot = {
    relations: [{ oid: 1, tuples: 1000, modified }],
    columns: [{ relation: 1, number: 1, type }],
    statistics: [of],
  } as unknown as Snapshot
  return extrapolated(snapshot, [{ index: {} as IndexRow, of }]).get(of)?.[1]
}

test('the last bound moves on by the share of the rows that came since', () => {
  expect(grown('bigint', '{0,500,1000}', 1)).toBe('1100')
  expect(grown('timestamp with time zone', '{"2025-01-01 00:00:00+00","2025-01-11 00:00:00+00"}', 1)).toBe(
    '2025-01-12 00:00:00.000+00',
  )
  expect(grown('timestamp without time zone', '{"2025-01-01 00:00:00","2025-01-11 00:00:00.5"}', 1)).toBe(
    '2025-01-12 00:00:00.550',
  )
})

test('never further than the type goes, and only for columns that grow with their rows', () => {
  expect(grown('smallint', '{0,32760}', 1)).toBe('32767')
  expect(grown('integer', '{0,1000}', 0.5)).toBeUndefined()
  expect(grown('integer', '{0,1000}', 1, 0)).toBeUndefined()
  expect(grown('text', '{a,b}', 1)).toBeUndefined()
  expect(grown('timestamp with time zone', '{"2025-01-01 00:00:00+00",infinity}', 1)).toBeUndefined()
  expect(grown('integer', '{0,1000}', 1, 1e9)).toBe('2000')
})

test('a bound is what PostgreSQL wrote', () => {
  expect(parseArray('{"a,b",c}')).toEqual(['a,b', 'c'])
})
