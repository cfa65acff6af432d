import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LATEST, majors, serverUrl } from '../../test/servers.ts'
import { openBulkSession } from '../postgres/bulk-session.ts'
import { parseUrl } from '../postgres/url.ts'
import { parseArray, writeArray } from './parse-array.ts'

test('what is written is read', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (list) => {
      expect(parseArray(writeArray(list))).toEqual(list)
    }),
  )
})

test.skipIf(majors.length === 0)('PostgreSQL reads and writes the same', async () => {
  const session = await openBulkSession(parseUrl(serverUrl(LATEST), {}), 'test')
  const list = ['', 'NULL', 'a,b', '{}', '"', '\\', ' blank ', 'ü', "'"]
  const [row] = await session.query('SELECT $1::text[]::text AS there, $2::text[] = $1::text[] AS same', [
    list,
    writeArray(list),
  ])
  await session.end()
  expect(row?.same).toBe('t')
  expect(parseArray(row?.there ?? '')).toEqual(list)
})
