import { expect, test } from 'vitest'
import { recommend, row } from '../../test/facts.ts'
import duplicateIndexes from '../derived/duplicate-indexes.ts'
import advice from './drop-duplicate-index.ts'

const of = (reason: string) => ({
  duplicates: [
    row(duplicateIndexes, { schema: 's', table: 't', index: 'a"b', twin: 'c', reason, size: 8192 }),
  ],
  ddl: undefined,
})

test('an identical one may go for sure, a prefix likely', () => {
  expect(recommend(advice, of('identical'))).toMatchObject([
    {
      subject: 'index s.a"b',
      summary: 'The index s.a"b on t is the same as c.',
      confidence: 'high',
      sql: ['DROP INDEX CONCURRENTLY s."a""b";'],
    },
  ])
  expect(recommend(advice, of('storage'))).toMatchObject([
    { summary: 'The index s.a"b on t is the same as c but for storage parameters.', confidence: 'medium' },
  ])
  expect(recommend(advice, of('prefix'))).toMatchObject([
    { summary: 'The index s.a"b on t is needless: c begins with its columns.', confidence: 'medium' },
  ])
})

test('none: nothing', () => expect(recommend(advice, { duplicates: [], ddl: undefined })).toEqual([]))
