import { expect, test } from 'vitest'
import { AT, check, context, derive, row } from '../../test/facts.ts'
import archiving from '../derived/archiving.ts'
import archiver from '../probes/archiver.ts'
import walFiles from '../probes/wal-files.ts'
import rule from './archiver-failing.ts'

type Archiver = Parameters<typeof row<typeof archiver>>[1]
type Waiting = Parameters<typeof row<typeof walFiles>>[1]

const facts = (values: Archiver, waiting?: Waiting) => ({
  archiver: [row(archiver, { on: true, configured: true, stats_reset: AT - 1e7, ...values })],
  wal: waiting && [row(walFiles, waiting)],
})
const found = (values: Archiver, waiting?: Waiting) =>
  check(rule, { archiving: derive(archiving, facts(values, waiting)) })
const judged = (values: Archiver, waiting?: Waiting) => found(values, waiting).map((b) => b.severity)
const ago = (seconds: number) => AT - seconds * 1000

test.each([
  [{}, []],
  [{ last_archived_at: ago(5) }, []],
  [{ last_failed_at: ago(9), last_archived_at: ago(5) }, []],
  [{ last_failed_at: ago(5), last_archived_at: ago(1800) }, ['warning']],
  [{ last_failed_at: ago(5), last_archived_at: ago(1801) }, ['critical']],
  [{ last_failed_at: ago(5) }, ['critical']],
  [{ last_failed_at: ago(5), on: false }, []],
  // Nothing says how; a hoster's own way shows by what it has archived.
  [{ configured: false }, ['warning']],
  [{ configured: false, on: false }, []],
  [{ configured: false, last_archived_at: ago(5) }, []],
])('%j: %j', (values, severities) => expect(judged(values, {})).toEqual(severities))

test.each([
  [{}, 300, []],
  [{}, 301, ['warning']],
  [{}, 1801, ['critical']],
  // Slower than WAL is written.
  [{ last_archived_at: ago(1) }, 301, ['warning']],
  // On a quiet server the last success is long ago: what counts is how long a file waits.
  [{ last_failed_at: ago(1), last_archived_at: ago(9e5) }, 2, ['warning']],
  [{ configured: false, last_archived_at: ago(9e5) }, 1, ['warning']],
  [{ configured: false }, 1801, ['critical']],
  [{ on: false }, 1801, []],
])('%j and a file that waits for %i s: %j', (values, seconds, severities) =>
  expect(judged(values, { waiting: 3, waiting_since: ago(seconds) })).toEqual(severities),
)

test('what waits may not be read: unknown, but for what shows without it', () => {
  const compute = (grants: string[], values: Archiver = {}) =>
    archiving.compute(facts(values), context({ server: { grants } }))
  expect(compute([])).toMatchObject({ reason: 'denied', fix: 'GRANT pg_monitor TO pgtend;' })
  expect(compute(['pg_monitor'])).toMatchObject({ reason: 'pending' })
  expect(compute([], { on: false })).toMatchObject([{ on: false, waiting: null }])
  expect(judged({ last_failed_at: ago(5), last_archived_at: ago(9) })).toEqual(['warning'])
  expect(judged({ configured: false })).toEqual(['warning'])
})

test('sentences', () => {
  const told = (values: Archiver, waiting: Waiting) => found(values, waiting)[0]?.summary
  const waiting = { waiting: 21, waiting_since: ago(720) }
  expect(told({ last_archived_at: ago(900) }, waiting)).toBe(
    '21 complete WAL files wait to be archived, the oldest for 12 min, and no attempt fails; the last was archived 15 min ago.',
  )
  expect(told({ configured: false }, waiting)).toBe(
    'archive_mode is on, but neither archive_command nor archive_library is set: no WAL file is archived; 21 complete WAL files wait to be archived, the oldest for 12 min.',
  )
})
