import { expect, test } from 'vitest'
import { recommend, row } from '../../test/facts.ts'
import invalidIndexes from '../derived/invalid-indexes.ts'
import advice from './drop-invalid-index.ts'

const of = (values: Parameters<typeof row<typeof invalidIndexes>>[1]) =>
  recommend(advice, {
    indexes: [row(invalidIndexes, { schema: 's', table: 't', index: 'i_ccnew', ...values })],
    ddl: undefined,
  })

test('is dropped, and said what it was left over of', () => {
  expect(of({})).toMatchObject([{ confidence: 'high', sql: ['DROP INDEX CONCURRENTLY s.i_ccnew;'] }])
  expect(of({ leftover_of: 'i' })).toMatchObject([
    { summary: 'The invalid index s.i_ccnew was left behind by a failed rebuild of i.' },
  ])
})

test('one of a TOAST table: with the rights that it takes, and nothing to make it again', () => {
  const [advised] = of({
    ...{ schema: 'pg_toast', index: 'pg_toast_1_index_ccnew', leftover_of: 'pg_toast_1_index' },
    ...{ toast: true, table_schema: 's' },
  })
  expect(advised).toMatchObject({
    sql: ['DROP INDEX CONCURRENTLY pg_toast.pg_toast_1_index_ccnew;'],
    evidence: { table: 's.t' },
    risk: expect.stringContaining('the owner of s.t after GRANT USAGE ON SCHEMA pg_toast.'),
    action: { name: 'drop-invalid-index', input: { schema: 'pg_toast' } },
  })
  expect(advised).not.toHaveProperty('undo')
})

test('one that stands for a constraint can not be dropped like this', () =>
  expect(of({ kept_because: 'it stands for the constraint c' })).toEqual([]))
