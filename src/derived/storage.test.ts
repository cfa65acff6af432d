import { expect, test } from 'vitest'
import { context, derive, row } from '../../test/facts.ts'
import databaseSize from '../probes/database-size.ts'
import indexes from '../probes/indexes.ts'
import relations from '../probes/relations.ts'
import walFiles from '../probes/wal-files.ts'
import storage from './storage.ts'

const given = (size: number, pages = 0) => ({
  sizes: [
    row(databaseSize, { database: 'other', size: 9e9 }),
    row(databaseSize, { database: 'app', size, current: true }),
  ],
  relations: [row(relations, { pages })],
  indexes: [row(indexes, { pages: 1 })],
  wal: [row(walFiles, { size: 160 })],
  temp: undefined,
})

test('the exact size of the connected database, or the pages where they are more by now', () => {
  expect(derive(storage, given(50_000))).toEqual([
    { database: 50_000, limit: null, used: null, wal: 160, temp: null },
  ])
  expect(derive(storage, given(50_000, 9))).toMatchObject([{ database: 81_920 }])
})

test('against the limit that is set', () =>
  expect(derive(storage, given(50_000), { limits: { storage: 100_000 } })).toMatchObject([
    { limit: 100_000, used: 0.5 },
  ]))

test('a size that was not told is unknown, not zero', () => {
  const nothing = { ...given(1), sizes: [] }
  expect(storage.compute(nothing, context())).toMatchObject({
    ok: false,
    detail: expect.stringContaining('app'),
  })
})
