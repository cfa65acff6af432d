import { expect, test } from 'vitest'
import { derive, row } from '../../test/facts.ts'
import indexDefinitions from '../probes/index-definitions.ts'
import indexes from '../probes/indexes.ts'
import relations from '../probes/relations.ts'
import tableNames from '../probes/table-names.ts'
import tableRates from './table-rates.ts'

type Values = Parameters<typeof row<typeof relations>>[1]
const rates = (before: Values, now: Values, scans = 0) =>
  derive(tableRates, {
    relations: {
      seconds: 10,
      before: [row(relations, { oid: 1, ...before })],
      now: [row(relations, { oid: 1, ...now })],
    },
    indexes: {
      seconds: 10,
      before: [row(indexes, { oid: 2 }), row(indexes, { oid: 3 })],
      now: [row(indexes, { oid: 2, scans }), row(indexes, { oid: 3, scans })],
    },
    definitions: [2, 3].map((oid) => row(indexDefinitions, { oid, table_oid: 1 })),
    names: [row(tableNames, { oid: 1, schema: 's', name: 't', kind: 'r' })],
  })

test('counters become rates; scans of all indexes are added', () =>
  expect(
    rates({ seq_scans: 1, seq_rows: 100 }, { seq_scans: 3, seq_rows: 500, rows_inserted: 20 }, 15),
  ).toEqual([
    {
      oid: 1,
      schema: 's',
      table: 't',
      seq_scans: 0.2,
      seq_rows: 40,
      rows_per_scan: 200,
      index_scans: 3,
      inserts: 2,
      updates: 0,
      deletes: 0,
      cache_hit: null,
    },
  ]))

test('used by its index only: no scan of the whole', () =>
  expect(rates({}, {}, 5)).toMatchObject([{ seq_scans: 0, rows_per_scan: null, index_scans: 1 }]))

test('not used: left out', () => expect(rates({ seq_scans: 5 }, { seq_scans: 5 })).toEqual([]))
test('reset: left out, not negative', () => expect(rates({ seq_scans: 5 }, { seq_scans: 1 })).toEqual([]))
