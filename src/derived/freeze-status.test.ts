import { expect, test } from 'vitest'
import { derive, row } from '../../test/facts.ts'
import databases from '../probes/databases.ts'
import freezeAges from '../probes/freeze-ages.ts'
import templateAges from '../probes/template-ages.ts'
import freezeStatus from './freeze-status.ts'

const settings = {
  autovacuum_freeze_max_age: '200000000',
  autovacuum_multixact_freeze_max_age: '400000000',
  vacuum_failsafe_age: '1600000000',
  vacuum_multixact_failsafe_age: '1600000000',
}
const of = (tables: Parameters<typeof row<typeof freezeAges>>[1][], server = { settings }) =>
  derive(
    freezeStatus,
    {
      databases: [row(databases, { database: 'app', current: true, xid_age: 1e8, multixact_age: 3e8 })],
      templates: undefined,
      tables: tables.map((t) => row(freezeAges, { schema: 'public', table: 't', ...t })),
    },
    { server },
  )

test('a database by the counter that is further along', () =>
  expect(of([])).toMatchObject([
    { subject: 'database app', table: false, kind: 'multixact', overdue: 0.75, failsafe: 3e8 / 1.6e9 },
  ]))

test('the smaller of the table’s own and the server’s age counts', () => {
  const overdue = (freeze_max_age: number | null) => of([{ xid_age: 1e8, freeze_max_age }])[1]?.overdue
  expect(overdue(null)).toBe(0.5)
  expect(overdue(5e7)).toBe(2)
  expect(overdue(9e8)).toBe(0.5)
})

test('TOAST is named after its table; defaults stand in for settings that may not be read', () =>
  expect(of([{ xid_age: 1e8, toast: true }], { settings: {} as typeof settings })[1]).toMatchObject({
    subject: 'public.t (TOAST)',
    overdue: 0.5,
    failsafe: 1e8 / 1.6e9,
  }))

test('templates count as databases do', () =>
  expect(
    derive(freezeStatus, {
      databases: [],
      templates: [row(templateAges, { database: 'template1', xid_age: 1.5e9 })],
      tables: undefined,
    }),
  ).toMatchObject([{ subject: 'database template1', table: false, current: false, xid_age: 1.5e9 }]))
