import { expect, test } from 'vitest'
import { needlessIndexes } from './drops.ts'
import type { IndexFacts, TableFacts } from './schema.ts'
import { createWorkloadCosts } from './workload-costs.ts'

const index = (oid: number, method: string, made: string): IndexFacts => ({
  ...{ oid, schema: 'public', name: `i${oid}`, method, bytes: 8192 },
  ...{ unique: false, primary: false, replicaIdentity: false, referenced: false, valid: true },
  keys: [{ column: 'a', descending: false, nullsFirst: false }],
  include: [],
  definition: `CREATE INDEX i${oid} ON public.t USING ${method} ${made}`,
})
const table = (...indexes: IndexFacts[]): TableFacts => ({
  ...{ oid: 1, schema: 'public', name: 't', kind: 'table', rows: 1000, pages: 10, allVisible: 1 },
  ...{ columns: [], indexes, foreignKeys: [], coverage: 1, modifiedSinceAnalyze: 0, rowSecurity: false },
})
/** No statement was seen, so plans speak for no index. */
const costs = createWorkloadCosts({ queries: 0, relevant: () => false, price: async () => 0 })
const needless = async (...indexes: IndexFacts[]) =>
  (await needlessIndexes([table(...indexes)], [], costs, new Set())).map((n) => [n.index.name, n.coveredBy])

test('of two that are made alike one is needless', async () => {
  const coarse = [index(1, 'brin', '(a)'), index(2, 'brin', '(a)')]
  expect(await needless(...coarse)).toEqual([['i1', 'i2']])
})

test('parameters make another index, but for a B-tree, which finds the same with any', async () => {
  const ranges = `(a) WITH (pages_per_range='1')`
  expect(await needless(index(1, 'brin', '(a)'), index(2, 'brin', ranges))).toEqual([])
  const classes = '(a int8_bloom_ops (n_distinct_per_range=100))'
  expect(await needless(index(1, 'brin', '(a)'), index(2, 'brin', classes))).toEqual([])
  expect(await needless(index(1, 'btree', '(a)'), index(2, 'btree', `(a) WITH (fillfactor='70')`))).toEqual([
    ['i1', 'i2'],
  ])
})

test('nor is another than a B-tree covered by an advised one, which has no parameters', async () => {
  const own = index(1, 'brin', `(a) WITH (pages_per_range='1')`)
  const spec = { schema: 'public', table: 't', method: 'brin' as const, keys: own.keys, include: [] }
  const advised = [{ name: 'fresh', spec }]
  expect(await needlessIndexes([table(own)], advised, costs, new Set())).toEqual([])
})
