import { expect, test } from 'vitest'
import { derive, row } from '../../test/facts.ts'
import relations from '../probes/relations.ts'
import storageParameters from '../probes/storage-parameters.ts'
import tableNames from '../probes/table-names.ts'
import toastCounters from '../probes/toast-counters.ts'
import neglectedToast from './neglected-toast.ts'

const OFF = ['autovacuum_enabled=off']

test('a TOAST table follows its table only where it has no parameter of its own', () => {
  const names = ['own', 'table', 'other', 'on', 'none'].map((name, n) =>
    row(tableNames, { oid: n + 1, schema: 's', name, kind: 'r', toast_oid: n + 11 }),
  )
  const without = row(tableNames, { oid: 6, schema: 's', name: 'without', kind: 'r', toast_oid: 0 })
  const parameters = [
    ...([
      [11, OFF],
      [2, OFF],
      [3, OFF],
      [13, ['autovacuum_vacuum_threshold=9']],
    ] as const),
    ...([
      [4, OFF],
      [14, ['autovacuum_enabled=true']],
      [5, ['fillfactor=50']],
      [6, OFF],
    ] as const),
  ].map(([oid, options]) => row(storageParameters, { oid, options }))
  const found = derive(neglectedToast, {
    names: [...names, without],
    parameters,
    relations: [row(relations, { oid: 12, live: 7, dead: 8, last_vacuum: 9 })],
    counters: [row(toastCounters, { oid: 11, live: 1, dead: 2 })],
  })
  expect(found).toEqual([
    { oid: 11, schema: 's', table: 'own', own: true, vacuumed: false, live: 1, dead: 2, last_vacuum: null },
    { oid: 12, schema: 's', table: 'table', own: false, vacuumed: true, live: 7, dead: 8, last_vacuum: 9 },
  ])
})
