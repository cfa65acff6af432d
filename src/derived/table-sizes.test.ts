import { expect, test } from 'vitest'
import { derive, row } from '../../test/facts.ts'
import relationSizes from '../probes/relation-sizes.ts'
import tableNames from '../probes/table-names.ts'
import tableSizes from './table-sizes.ts'

test('sizes get their names, the largest first; one dropped meanwhile is left out', () => {
  const sizes = [
    row(relationSizes, { oid: 1, heap: 1, indexes: 2, toast: 3, total: 6 }),
    row(relationSizes, { oid: 2, total: 60 }),
    row(relationSizes, { oid: 3, total: 600 }),
  ]
  const names = [
    row(tableNames, { oid: 1, schema: 's', name: 'a' }),
    row(tableNames, { oid: 2, schema: 's', name: 'b' }),
  ]
  const rows = derive(tableSizes, { sizes, names })
  expect(rows.map((r) => r.table)).toEqual(['b', 'a'])
  expect(rows[1]).toEqual({ schema: 's', table: 'a', heap: 1, indexes: 2, toast: 3, total: 6 })
})
