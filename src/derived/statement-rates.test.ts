import { expect, test } from 'vitest'
import { derive, row } from '../../test/facts.ts'
import roleNames from '../probes/role-names.ts'
import statementTexts from '../probes/statement-texts.ts'
import statements from '../probes/statements.ts'
import statementRates from './statement-rates.ts'

type S = NonNullable<Parameters<typeof row<typeof statements>>[1]>
const textRows = (texts: Record<string, string> | null | undefined) =>
  texts
    ? Object.entries(texts).map(([query_id, query]) => row(statementTexts, { query_id, query }))
    : undefined
/** What tells an entry from others. */
const only = ({ query_id = 'a', user_id = 0, toplevel = '' }: S) => ({
  query_id,
  user_id,
  toplevel,
})
const rates = (
  now: S[],
  texts: Record<string, string> | null = {},
  slowQuery = 1,
  sessions?: Record<string, string>,
  roles?: Record<number, string | null>,
) =>
  derive(
    statementRates,
    {
      statements: {
        seconds: 10,
        before: now.map((s) => row(statements, only(s))),
        now: now.map((s) => row(statements, { query_id: 'a', ...s })),
      },
      texts: textRows(texts),
      sessions: textRows(sessions),
      roles: roles && Object.entries(roles).map(([oid, role]) => row(roleNames, { oid: Number(oid), role })),
    },
    { limits: { slowQuery } },
  )

test('figures are those of the window', () =>
  expect(
    rates([{ calls: 20, exec_seconds: 5, plan_seconds: 0.5, rows: 40, hit_blocks: 90, read_blocks: 10 }]),
  ).toMatchObject([
    {
      calls: 20,
      calls_rate: 2,
      mean: 0.25,
      total: 5,
      share: 1,
      rows_per_call: 2,
      blocks: 100,
      cache_hit: 0.9,
      planning: 0.5,
      slow: false,
    },
  ]))

test('those that did not run are left out; the rest is ordered by time', () => {
  const rows = rates([
    { query_id: 'a', calls: 1, exec_seconds: 1 },
    { query_id: 'b', calls: 0 },
    { query_id: 'c', calls: 1, exec_seconds: 3 },
  ])
  expect(rows.map((r) => [r.query_id, r.share])).toEqual([
    ['c', 0.75],
    ['a', 0.25],
  ])
})

test.each([
  [1, false],
  [1.001, true],
])('a mean of %d s with a limit of 1 s: slow is %s', (exec_seconds, slow) =>
  expect(rates([{ calls: 1, exec_seconds }])).toMatchObject([{ slow }]),
)

test.each([
  ['/* pgtend:activity */ select 1', 0],
  ['select /* pgtend:activity */ 1', 0],
  ['SELECT /* pgtend */ 1', 0],
  ["select '/* pgtend' from a", 1],
  ['/* my pgtend */ select 1', 1],
])('%s: %i row', (text, count) => expect(rates([{ calls: 1 }], { a: text })).toHaveLength(count))

test('texts are redacted; not known yet is none, not empty', () => {
  expect(rates([{ calls: 1 }], { a: "SET x = 'hunter2'" })).toMatchObject([{ query: 'SET x = ?' }])
  expect(rates([{ calls: 1 }], { a: '' })).toMatchObject([{ query: null }])
  expect(rates([{ calls: 1 }], undefined)).toMatchObject([{ query: null, cache_hit: null }])
})

test('what ran inside functions is listed, and counted once: with its caller', () => {
  const shares = (...s: S[]) => rates(s).map((r) => [r.query_id, r.toplevel, r.share])
  const nested = (query_id: string, exec_seconds: number): S => ({
    ...{ query_id, toplevel: 'false', calls: 1, exec_seconds },
  })
  const sent = (query_id: string, exec_seconds: number): S => ({
    ...nested(query_id, exec_seconds),
    toplevel: 'true',
  })
  expect(shares(sent('a', 6), nested('b', 3), sent('c', 2), sent('b', 0))).toEqual([
    ['a', 'true', 0.75],
    ['b', 'false', 0.375],
    ['c', 'true', 0.25],
    ['b', 'true', 0],
  ])
  // Its caller has not come to its end.
  expect(shares(nested('a', 6), sent('b', 1))).toEqual([
    ['a', 'false', 1],
    ['b', 'true', 1],
  ])
  expect(shares(nested('a', 6))).toEqual([['a', 'false', 1]])
})

test('each entry has the name of its own role; one that is gone or not known has none', () => {
  const ran = [10, 11, 12, 13].map((user_id) => ({ user_id, calls: 1 }))
  expect(
    rates(ran, {}, 1, {}, { 10: 'app', 11: `"; drop role app; --`, 12: null }).map((r) => r.user),
  ).toEqual(['app', `"; drop role app; --`, null, null])
  expect(rates(ran).map((r) => r.user)).toEqual([null, null, null, null])
})

test('where no text can be read, those of sessions stand in, redacted', () => {
  const ran = [{ calls: 1 }, { query_id: 'b', calls: 1 }]
  const told = { a: "SELECT 1 WHERE 'Ada' = 'x'" }
  const of = (texts: Record<string, string> | null) => rates(ran, texts, 1, told).map((r) => r.query)
  expect(of(null)).toEqual(['SELECT ? WHERE ? = ?', null])
  expect(of({ b: 'SELECT $1' })).toEqual([null, 'SELECT $1'])
})

test('what the server does not measure is none, not 0', () => {
  const measured = (settings: Record<string, string>) => {
    const [before, now] = [0, 2].map((n) => [
      row(statements, { query_id: 'a', calls: n, exec_seconds: n, read_seconds: n / 2, plan_seconds: n / 4 }),
    ])
    const both = { seconds: 10, before: before ?? [], now: now ?? [] }
    const given = { statements: both, texts: [], sessions: [], roles: [] }
    const [rate] = derive(statementRates, given, { server: { settings } })
    return [rate?.read_seconds, rate?.planning]
  }
  expect(measured({ track_io_timing: 'on', 'pg_stat_statements.track_planning': 'on' })).toEqual([1, 0.5])
  expect(measured({ track_io_timing: 'off', 'pg_stat_statements.track_planning': 'off' })).toEqual([
    null,
    null,
  ])
})
