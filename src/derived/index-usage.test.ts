import { expect, test } from 'vitest'
import { derive, row } from '../../test/facts.ts'
import type { Row } from '../core/table.ts'
import foreignKeys from '../probes/foreign-keys.ts'
import indexDefinitions from '../probes/index-definitions.ts'
import indexes from '../probes/indexes.ts'
import partitions from '../probes/partitions.ts'
import tableNames from '../probes/table-names.ts'
import indexUsage from './index-usage.ts'
import statisticsAge from './statistics-age.ts'

const usage = (
  definition: Parameters<typeof row<typeof indexDefinitions>>[1] = {},
  keys?: Row<typeof foreignKeys>[],
) =>
  derive(indexUsage, {
    indexes: [row(indexes, { oid: 2, pages: 3, scans: 4 })],
    definitions: [row(indexDefinitions, { oid: 2, name: 'i', table_oid: 1, valid: true, ...definition })],
    names: [row(tableNames, { oid: 1, schema: 's', name: 't', kind: 'r' })],
    age: [row(statisticsAge, { since: 77 })],
    keys,
    partitions: undefined,
  })

test('an ordinary index may go', () =>
  expect(usage()).toEqual([
    {
      oid: 2,
      table_oid: 1,
      schema: 's',
      table: 't',
      index: 'i',
      size: 24_576,
      scans: 4,
      last_scan: null,
      since: 77,
      valid: true,
      expression: false,
      partitioned: false,
      droppable: true,
      kept_because: null,
    },
  ]))

test.each([
  [{ primary: true, unique: true, constraint: true }, 'primary key'],
  [{ unique: true }, 'uniqueness'],
  [{ unique: true, constraint: true }, 'the constraint i'],
  [{ exclusion: true, constraint: true }, 'exclusion'],
  [{ foreign_key_target: true }, 'foreign key'],
  [{ replica_identity: true }, 'replication'],
  [{ clustered: true }, 'clustered'],
  [{ partition: true }, 'partitioned'],
])('%j stays', (definition, why) =>
  expect(usage(definition)).toMatchObject([{ droppable: false, kept_because: expect.stringContaining(why) }]),
)

test('the index of a partitioned table stands for its parts at all levels', () => {
  const rows = derive(indexUsage, {
    indexes: [row(indexes, { oid: 21, pages: 1, scans: 2 }), row(indexes, { oid: 23, pages: 4, scans: 5 })],
    definitions: [
      row(indexDefinitions, { oid: 20, name: 'n20', table_oid: 10, valid: true, partitioned: true }),
      ...[21, 22, 23].map((oid) =>
        row(indexDefinitions, {
          ...{ oid, name: `n${oid}`, table_oid: oid - 10 },
          ...{ valid: true, partition: true, partitioned: oid === 22 },
        }),
      ),
    ],
    names: [10, 11, 12, 13].map((oid) => row(tableNames, { oid, kind: oid % 2 === 0 ? 'p' : 'r' })),
    age: undefined,
    keys: undefined,
    partitions: [
      row(partitions, { oid: 21, parent: 20 }),
      row(partitions, { oid: 22, parent: 20 }),
      row(partitions, { oid: 23, parent: 22 }),
    ],
  })
  expect(rows.map((r) => [r.index, r.droppable])).toEqual([
    ['n20', true],
    ['n21', false],
    ['n23', false],
  ])
  expect(rows[0]).toMatchObject({ partitioned: true, size: 5 * 8192, scans: 7 })
})

test('the only index that serves a foreign key stays', () => {
  const keys = [row(foreignKeys, { oid: 7, name: 'k', table_oid: 1, columns: [3] })]
  const of = (index: Parameters<typeof row<typeof indexDefinitions>>[1]) =>
    usage({ ...index, method: 'btree', ready: true }, keys)
  expect(of({ keys: '3 1', key_columns: 2 })).toMatchObject([
    { droppable: false, kept_because: expect.stringContaining('foreign key k') },
  ])
  expect(of({ keys: '1 3', key_columns: 2 })).toMatchObject([{ droppable: true }])
})

test('an expression is told', () =>
  expect(usage({ expressions: '{X}' })).toMatchObject([{ droppable: true, expression: true }]))
