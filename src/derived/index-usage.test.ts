import { expect, test } from 'vitest'
import { derive, row } from '../../test/facts.ts'
import indexDefinitions from '../probes/index-definitions.ts'
import indexes from '../probes/indexes.ts'
import relationNames from '../probes/relation-names.ts'
import indexUsage from './index-usage.ts'
import statisticsAge from './statistics-age.ts'

const usage = (definition: Parameters<typeof row<typeof indexDefinitions>>[1] = {}, kind = 'i') =>
  derive(indexUsage, {
    indexes: [row(indexes, { oid: 2, table_oid: 1, pages: 3, scans: 4 })],
    definitions: [row(indexDefinitions, { oid: 2, table_oid: 1, valid: true, ...definition })],
    names: [
      row(relationNames, { oid: 1, schema: 's', name: 't', kind: 'r' }),
      row(relationNames, { oid: 2, schema: 's', name: 'i', kind }),
    ],
    age: [row(statisticsAge, { since: 77 })],
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
      droppable: true,
      kept_because: null,
    },
  ]))

test.each([
  [{ primary: true, unique: true, constraint: 't_pkey' }, 'primary key'],
  [{ unique: true }, 'uniqueness'],
  [{ unique: true, constraint: 't_a_key' }, 'the constraint t_a_key'],
  [{ exclusion: true, constraint: 't_excl' }, 'exclusion'],
  [{ foreign_key_target: true }, 'foreign key'],
  [{ replica_identity: true }, 'replication'],
  [{ clustered: true }, 'clustered'],
  [{ partition: true }, 'partitioned'],
])('%j stays', (definition, why) =>
  expect(usage(definition)).toMatchObject([{ droppable: false, kept_because: expect.stringContaining(why) }]),
)

test('the index of a partitioned parent stays', () =>
  expect(usage({}, 'I')).toMatchObject([{ droppable: false }]))
test('an expression is told', () =>
  expect(usage({ expressions: '{X}' })).toMatchObject([{ droppable: true, expression: true }]))
