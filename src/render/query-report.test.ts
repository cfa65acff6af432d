import { expect, test } from 'vitest'
import type { QueryReport } from '../optimizer/report.ts'
import { renderPlanTree } from './plan-tree.ts'
import { pointer, renderQueryReport } from './query-report.ts'
import { cells, plain } from './text.ts'

const page = { width: 80, style: plain }

test.each([
  ['select *\nfrom t', { line: 1, column: 8 }, ['      select *', '             ^']],
  ['select\n\tx', { line: 2, column: 2 }, ['       x', '       ^']],
  ['select 日本 + y', { line: 1, column: 13 }, ['      select 日本 + y', '                    ^']],
  ['a\u001b[31mb c', { line: 1, column: 1 }, ['      a [31mb c', '      ^']],
  ['x', { line: 9, column: 1 }, ['      ', '      ^']],
])('the caret stands under the place: %j', (sql, position, lines) => {
  expect(pointer(sql, position, 80)).toEqual(lines)
})

test('a long line is cut around the place', () => {
  const sql = `select ${'a, '.repeat(100)}here${', b'.repeat(100)}`
  const column = sql.indexOf('here') + 1
  const [text = '', caret = ''] = pointer(sql, { line: 1, column }, 80)
  expect(cells(text)).toBeLessThanOrEqual(80)
  expect(text.slice(caret.indexOf('^'))).toMatch(/^here/)
})

test('a plan is a tree that keeps within the page, with what really happened where it was executed', () => {
  const scan = {
    ...{ 'Node Type': 'Seq Scan', 'Relation Name': 'orders', Alias: 'o', 'Total Cost': 1234.5 },
    ...{ 'Plan Rows': 1, 'Actual Rows': 2.5, 'Actual Loops': 2, 'Actual Total Time': 3 },
    Filter: `(note = '${'x '.repeat(100)}')`,
  }
  const plan = { 'Node Type': 'Sort', 'Total Cost': 2000, 'Plan Rows': 10, Plans: [scan] }
  const text = renderPlanTree({ plan, analyzed: true }, page)
  expect(text).toMatch(
    /^ {2}Sort {2}cost 2,000, 10 rows\n {4}→ Seq Scan on orders o {2}cost 1,235, 1 row; really 5 in 6 ms\n/,
  )
  for (const line of text.split('\n')) expect(cells(line)).toBeLessThanOrEqual(80)
})

test('what is not known is said, with what would help', () => {
  const report: QueryReport = {
    ...{ at: 1, sql: 'select 1', fingerprint: 'f', findings: [], rewrites: [], indexes: [] },
    gaps: [{ part: 'plan', reason: 'there is no private planner here', remedy: 'Use Linux' }],
  }
  expect(renderQueryReport(report, page)).toBe(
    'Statement f\n\nFindings\n  none\n\nNot known\n  Plan: there is no private planner here\n    Use Linux\n',
  )
})

test('of a statement inside a function that is said', () => {
  const report = {
    at: 0,
    sql: 'select 1',
    fingerprint: 'f',
    findings: [],
    rewrites: [],
    indexes: [],
    gaps: [],
  }
  const head = (toplevel?: boolean) =>
    renderQueryReport({ ...report, ...(toplevel === undefined ? {} : { toplevel }) }, page).split('\n')[0]
  expect([head(), head(true), head(false)]).toEqual([
    'Statement f',
    'Statement f',
    'Statement f, inside a function',
  ])
})

test('figures of a call: what there is none of is not told', () => {
  const figures = {
    ...{ calls: 20, callsRate: 2, mean: 0.25, total: 5, share: 0.5, rowsPerCall: 2, window: 10 },
    ...{ blocksPerCall: 5, cacheHit: 0.9, tempBlocksPerCall: 0, walPerCall: 0, planningPerCall: 0 },
    ...{ deviation: 0.1, max: 3 },
  }
  const report = { fingerprint: 'f', sql: 'select 1', findings: [], rewrites: [], indexes: [], gaps: [] }
  const told = (more: Partial<typeof figures> = {}) =>
    renderQueryReport({ ...report, at: 0, current: { ...figures, ...more } } as QueryReport, page).replaceAll(
      /\s+/g,
      ' ',
    )
  expect(told()).toContain(
    '20 calls in 10 s, 250 ms each (± 100 ms, 3 s at most since its statistics began), 50 % of the time of all statements; a call: 2 rows, 5 blocks (90 % from shared buffers)',
  )
  expect(told()).not.toMatch(/planning|temporary|WAL/)
  expect(told({ planningPerCall: 0.002, tempBlocksPerCall: 7, walPerCall: 2048 })).toContain(
    'buffers), 2 ms of planning, 7 blocks of temporary files, 2 kB of WAL',
  )
})
