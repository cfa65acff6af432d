import { expect, test } from 'vitest'
import { AT, context, derive, row } from '../../test/facts.ts'
import statisticsResets from '../probes/statistics-resets.ts'
import statisticsAge from './statistics-age.ts'

const of = (database_reset: number | null, bgwriter_reset: number | null) => ({
  resets: [row(statisticsResets, { database_reset, bgwriter_reset })],
})

test.each([
  [AT - 5000, AT - 9000, 5, 'the database were reset'],
  // A crash empties the counters and moves only the reset of the background writer.
  [AT - 9000, AT - 5000, 5, 'lost in a crash'],
  [null, AT - 7000, 7, 'lost in a crash'],
  [AT - 8000, null, 8, 'the database were reset'],
])('the newest reset counts (case %#)', (database, server, seconds, because) =>
  expect(derive(statisticsAge, of(database, server))).toEqual([
    { since: AT - seconds * 1000, seconds, because: expect.stringContaining(because) },
  ]),
)

test('not told is unknown, not for ever', () =>
  expect(statisticsAge.compute(of(null, null), context())).toMatchObject({ ok: false }))
