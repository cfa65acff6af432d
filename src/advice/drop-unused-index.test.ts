import { expect, test } from 'vitest'
import { AT, recommend, row } from '../../test/facts.ts'
import duplicateIndexes from '../derived/duplicate-indexes.ts'
import unusedIndexes from '../derived/unused-indexes.ts'
import indexDdl from '../probes/index-ddl.ts'
import advice from './drop-unused-index.ts'

const DAY = 86_400
const MB = 1024 ** 2
const given = (days: number, size: number) => ({
  unused: [
    row(unusedIndexes, {
      oid: 1,
      schema: 's',
      table: 't',
      index: 'i',
      size,
      seconds: days * DAY,
      since: AT - days * DAY * 1000,
    }),
  ],
  duplicates: undefined,
  ddl: [row(indexDdl, { oid: 1, definition: 'CREATE INDEX i ON s.t USING btree (a)' })],
})

test.each([
  [14, MB, 1],
  [13.9, MB, 0],
  [14, MB - 1, 0],
])('statistics of %d days, %i bytes: %i', (days, size, count) =>
  expect(recommend(advice, given(days, size))).toHaveLength(count),
)

test('tells since when, what it gains, and how to do and undo it', () =>
  expect(recommend(advice, given(30, 20 * MB))).toMatchObject([
    {
      subject: 'index s.i',
      summary: 'No query has used the index s.i on t (20 MB) for 30 d.',
      evidence: { statistics_since: '2026-01-30' },
      confidence: 'medium',
      sql: ['DROP INDEX CONCURRENTLY s.i;'],
      undo: ['CREATE INDEX CONCURRENTLY i ON s.t USING btree (a);'],
      action: { name: 'drop-index', input: { schema: 's', index: 'i' } },
    },
  ]))

test('unused here is no verdict while a standby is not watched; on a standby itself nothing can be dropped', () => {
  const [unused] = given(30, MB).unused
  const known = { ...given(30, MB), unused: [{ ...unused, unwatched: 'two' } as NonNullable<typeof unused>] }
  const [said] = recommend(advice, known)
  expect(said).toMatchObject({
    confidence: 'low',
    summary: expect.stringContaining('unused here; standby two is not watched'),
  })
  expect(said).not.toHaveProperty('sql')
  expect(said).not.toHaveProperty('action')
  expect(recommend(advice, given(30, MB), { server: { role: 'standby' } })).toEqual([])
})

test('the index of a partitioned table can not be dropped concurrently', () => {
  const [unused] = given(30, MB).unused
  const known = { ...given(30, MB), unused: [{ ...unused, partitioned: true } as NonNullable<typeof unused>] }
  const ddl = [row(indexDdl, { oid: 1, definition: 'CREATE INDEX i ON ONLY s.t USING btree (a)' })]
  expect(recommend(advice, { ...known, ddl })).toMatchObject([
    { sql: ['DROP INDEX s.i;'], undo: ['CREATE INDEX i ON s.t USING btree (a);'] },
  ])
})

test('no undo is promised while the definition is not known', () =>
  expect(recommend(advice, { ...given(30, MB), ddl: undefined })[0]).not.toHaveProperty('undo'))

test('one that is a duplicate too is told once, there', () => {
  const duplicates = [row(duplicateIndexes, { oid: 1 })]
  expect(recommend(advice, { ...given(30, MB), duplicates })).toEqual([])
})
