import { expect, test } from 'vitest'
import { derive, row } from '../../test/facts.ts'
import indexDefinitions from '../probes/index-definitions.ts'
import tableNames from '../probes/table-names.ts'
import duplicateIndexes from './duplicate-indexes.ts'
import indexUsage from './index-usage.ts'

const definition = (oid: number, table_oid = 1, partitioned = false) =>
  row(indexDefinitions, {
    oid,
    name: `n${oid}`,
    partitioned,
    table_oid,
    method: 'btree',
    keys: '1',
    key_columns: 1,
    valid: true,
    ready: true,
  })
const names = [1, 2].map((oid) => row(tableNames, { oid, schema: 's', name: `n${oid}`, kind: 'r' }))

test('names the needless one and what does its work, with its size and use', () =>
  expect(
    derive(duplicateIndexes, {
      definitions: [definition(5), definition(4)],
      names,
      parameters: [],
      usage: [row(indexUsage, { oid: 5, size: 16_384, scans: 7 })],
    }),
  ).toEqual([
    {
      oid: 5,
      schema: 's',
      table: 'n1',
      index: 'n5',
      twin_oid: 4,
      twin: 'n4',
      reason: 'identical',
      size: 16_384,
      scans: 7,
      partitioned: false,
    },
  ]))

test('the same index on two tables is no duplicate, and those of partitioned parents are told as such', () => {
  const judged = (...definitions: ReturnType<typeof definition>[]) =>
    derive(duplicateIndexes, { definitions, names, parameters: [], usage: undefined })
  expect(judged(definition(4), definition(5, 2))).toEqual([])
  expect(judged(definition(4, 1, true), definition(5, 1, true))).toMatchObject([
    { oid: 5, partitioned: true },
  ])
})
