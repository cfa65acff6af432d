import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import invalidIndexes from '../derived/invalid-indexes.ts'
import rule from './invalid-index.ts'

test('each invalid index is a finding; none: nothing', () => {
  const index = row(invalidIndexes, { schema: 'public', table: 't', index: 'i_ccnew', leftover_of: 'i' })
  expect(check(rule, { indexes: [] })).toEqual([])
  expect(check(rule, { indexes: [index] })).toMatchObject([
    {
      subject: 'index public.i_ccnew',
      severity: 'warning',
      summary: 'The index public.i_ccnew on t is invalid: left behind by a failed rebuild of i.',
    },
  ])
})
