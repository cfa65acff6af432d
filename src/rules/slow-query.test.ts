import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import statementRates from '../derived/statement-rates.ts'
import databases from '../probes/databases.ts'
import rule from './slow-query.ts'

const statement = (query_id: string, mean: number, slow = true) =>
  row(statementRates, {
    query_id,
    mean,
    slow,
    total: mean,
    calls: 1,
    share: 0.5,
    query: `SELECT ${query_id}`,
  })

test('slow statements are named with their figures, fast ones are not', () => {
  expect(
    check(rule, { statements: [statement('1', 2), statement('2', 0.1, false)], databases: [] }),
  ).toMatchObject([
    {
      subject: 'statement 1',
      severity: 'info',
      summary: 'SELECT 1 took 2 s on average over 1 execution, 50 % of all execution time.',
    },
  ])
})

test('the same statement of two roles is one finding, of the slower one', () => {
  const found = check(rule, { statements: [statement('1', 2), statement('1', 3)], databases: [] })
  expect(found).toMatchObject([{ value: 3 }])
})

test('of one inside a function that is said', () => {
  const nested = { ...statement('1', 2), toplevel: 'false' }
  expect(check(rule, { statements: [nested], databases: [] })).toMatchObject([
    {
      summary: 'SELECT 1 took 2 s on average over 1 execution inside a function, 50 % of all execution time.',
      evidence: { toplevel: 'false' },
    },
  ])
})

test('no more than asked for, those that take most time', () => {
  const statements = Array.from({ length: 30 }, (_, n) => statement(String(n), n + 2))
  expect(check(rule, { statements, databases: [] })).toHaveLength(20)
  expect(check(rule, { statements, databases: [] }, { thresholds: { most: 1 } })).toMatchObject([
    { subject: 'statement 29' },
  ])
})

test('of one in another database that is said', () => {
  const databaseOf = (database: string) =>
    check(rule, {
      statements: [{ ...statement('1', 2), database_id: 7 }],
      databases: [row(databases, { oid: 7, database })],
    })[0]
  expect(databaseOf('other')?.summary).toContain('over 1 execution in the database other, 50 %')
  // The one that we are connected to need not be named.
  expect(databaseOf('app')?.summary).toContain('over 1 execution, 50 %')
  expect(databaseOf('app')?.evidence).toMatchObject({ database: 'app' })
})
