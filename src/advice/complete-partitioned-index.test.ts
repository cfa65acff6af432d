import { expect, test } from 'vitest'
import { recommend, row } from '../../test/facts.ts'
import invalidIndexes from '../derived/invalid-indexes.ts'
import advice from './complete-partitioned-index.ts'

const of = (
  values: Parameters<typeof row<typeof invalidIndexes>>[1],
  role: 'primary' | 'standby' = 'primary',
) =>
  recommend(
    advice,
    { indexes: [row(invalidIndexes, { schema: 's', table: 't', index: 'i', ...values })] },
    { server: { role } },
  )
const attach = 'ALTER INDEX s.p ATTACH PARTITION s.i;'

test('an invalid part is built anew, then attached again', () => {
  const part = { part_of: 'p', attach, kept_because: 'it is part' }
  expect(of(part)).toMatchObject([
    {
      subject: 'index s.i',
      sql: ['REINDEX INDEX CONCURRENTLY s.i;', attach],
      action: { name: 'reindex-concurrently', input: { schema: 's', index: 'i' } },
    },
  ])
  expect(of(part, 'standby')).toEqual([])
})

test('where all parts are valid one is attached again; where some are missing no statement would do', () => {
  expect(of({ partitioned: true, attach })).toMatchObject([{ sql: [attach] }])
  expect(of({ partitioned: true, lacking: ['s.t_1'] })).toEqual([])
})

test('what was left behind is none of this', () => expect(of({ leftover_of: 'j' })).toEqual([]))
