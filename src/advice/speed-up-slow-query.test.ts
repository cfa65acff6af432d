import { expect, test } from 'vitest'
import { recommend, row } from '../../test/facts.ts'
import statementRates from '../derived/statement-rates.ts'
import advice from './speed-up-slow-query.ts'

type Values = Parameters<typeof row<typeof statementRates>>[1]
const statement = (values: Values = {}) =>
  row(statementRates, {
    query_id: '1',
    query: 'SELECT 1',
    slow: true,
    mean: 2,
    total: 20,
    calls: 10,
    share: 0.5,
    ...values,
  })
const of = (...list: Values[]) => recommend(advice, { statements: list.map(statement) })

test.each([
  [{}, 1],
  [{ slow: false }, 0],
  [{ share: 0.009 }, 0],
  [{ share: 0.01 }, 1],
])('%j: %i', (values, count) => expect(of(values)).toHaveLength(count))

test.each([
  [{ temp_blocks: 1, rows_per_call: 5000 }, 'work_mem'],
  [{ rows_per_call: 5000 }, 'LIMIT'],
  [{ rows_per_call: 1, blocks: 20_000 }, 'index'],
  [{ rows_per_call: 100, blocks: 20_000, read_seconds: 11 }, 'disk'],
  [{}, 'locks'],
])('%j points at %s', (values, word) => expect(of(values)[0]?.summary).toContain(word))

test('says what it could gain at most; the same statement of two roles is told once', () => {
  expect(of({}, { user_id: 2 })).toMatchObject([
    { subject: 'statement 1', gain: 'At most 50 % of all execution time, 20 s in the window' },
  ])
})
