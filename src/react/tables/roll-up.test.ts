import { expect, test } from 'vitest'
import type { FactRows } from '../api/rows.ts'
import { rollUp, wasteOf } from './roll-up.ts'

const table = (oid: number, more: Partial<FactRows['tables']> = {}): FactRows['tables'] => ({
  ...{ oid, schema: 'public', table: `t${oid}`, root: null, live: 10, dead: 0, dead_ratio: 0 },
  ...{ autovacuum_enabled: true, last_vacuum: null, last_analyze: null, size: 100 },
  ...more,
})
const whole = (oid: number): FactRows['partitioned-tables'] => ({
  ...{ oid, schema: 'public', table: `p${oid}`, partitions: 2, live: 20, dead: 0, dead_ratio: 0 },
  ...{ size: 200, last_vacuum: null, last_analyze: null },
})

test('partitions fold into the table at the top; a table whose top is not known stays by itself', () => {
  const [a, b, c, d] = [table(1), table(2, { root: 9 }), table(3, { root: 9 }), table(4, { root: 8 })]
  const rows = rollUp([a, b, c, d], [whole(9)])
  expect(rows).toEqual([a, d, expect.objectContaining({ oid: 9, table: 'p9', size: 200, parts: [b, c] })])
})

test('one partition that autovacuum does not look after is said of the whole', () => {
  const parts = [table(1, { root: 9 }), table(2, { root: 9, autovacuum_enabled: false })]
  expect(rollUp(parts, [whole(9)])).toMatchObject([{ autovacuum_enabled: false }])
})

test('waste adds up, and what is not known lowers the confidence', () => {
  const estimate = (oid: number, bloat: number | null) => ({
    ...{ oid, bloat, ratio: bloat === null ? null : bloat / 100 },
    ...{ confidence: bloat === null ? 'unknown' : 'high', why: null },
  })
  const of = (...known: (number | null)[]) =>
    wasteOf([table(1), table(2)], new Map(known.map((bloat, n) => [n + 1, estimate(n + 1, bloat)])))
  expect(of()).toBeUndefined()
  expect(of(20, 60)).toMatchObject({ bloat: 80, ratio: 0.4, confidence: 'high' })
  expect(of(20, null)).toMatchObject({
    bloat: 20,
    ratio: 0.1,
    confidence: 'low',
    why: '1 of 2 partitions are not known',
  })
  expect(of(null, null)).toMatchObject({ bloat: null, ratio: null })
})
