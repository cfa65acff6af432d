import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import invalidIndexes from '../derived/invalid-indexes.ts'
import rule from './invalid-index.ts'

test('the index of a partitioned table is told with what it lacks, and held against nobody', () => {
  const told = (values: Partial<Parameters<typeof row<typeof invalidIndexes>>[1]>) =>
    check(rule, { indexes: [row(invalidIndexes, { schema: 's', table: 't', index: 'i', ...values })] })[0]
  expect(told({ partitioned: true, lacking: ['s.t_1', 's.t_2'] })).toMatchObject({
    ...{ severity: 'info', value: 2 },
    summary: 'The index s.i on t is invalid, since 2 partitions lack a valid part of it: s.t_1, s.t_2.',
  })
  expect(told({ partitioned: true })).toMatchObject({
    ...{ severity: 'info', value: 1 },
    summary: 'The index s.i on t is invalid, though no partition lacks a valid part of it.',
  })
  expect(told({ part_of: 'p' })).toMatchObject({
    ...{ severity: 'warning', summary: 'The index s.i on t is invalid, and part of p.' },
  })
})

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
