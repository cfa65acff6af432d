import { expect, test } from 'vitest'
import { counter, gauge, label } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import type { Evaluation } from '../core/evaluate.ts'
import { fail, type Outcome, ok } from '../core/outcome.ts'
import type { Table } from '../core/table.ts'
import { pointsOf, renewedBy } from './history.ts'

const table: Table = {
  name: 'disks',
  title: 'Disks',
  doc: 'x.',
  rows: 'many',
  columns: { disk: label('d'), used: gauge('bytes', 'u'), writes: counter('count', 'w') },
  history: ['used', 'writes'],
}
const evaluation = (outcome: Outcome): Evaluation =>
  ({ tables: new Map([['disks', outcome]]) }) as unknown as Evaluation
const points = (outcome: Outcome, before?: Record<string, unknown>[], renewed = ['disks']) =>
  pointsOf(
    't',
    10_000,
    [table],
    new Set(renewed),
    evaluation(outcome),
    () => before && { at: 0, rows: before },
  ).map((p) => [p.metric, p.labels, p.value])

test('gauges are kept as they are, counters per second', () => {
  const rows = [{ disk: 'a', used: 7, writes: 150 }]
  expect(points(ok(rows), [{ disk: 'a', used: 1, writes: 100 }])).toEqual([
    ['disks.used', '["a"]', 7],
    ['disks.writes', '["a"]', 5],
  ])
})

test.each([
  ['no sample before', undefined],
  ['a row that is new', [{ disk: 'b', used: 1, writes: 100 }]],
  ['a counter that went back', [{ disk: 'a', used: 1, writes: 151 }]],
])('%s is a gap, not a spike', (_what, before) => {
  expect(points(ok([{ disk: 'a', used: 7, writes: 150 }]), before)).toEqual([['disks.used', '["a"]', 7]])
})

test('nothing is kept of a table that failed, was not renewed, or has no value', () => {
  expect(points(fail('timeout', 'x'))).toEqual([])
  expect(points(ok([{ disk: 'a', used: 7, writes: 1 }]), undefined, ['other'])).toEqual([])
  expect(points(ok([{ disk: 'a', used: null, writes: 1 }]))).toEqual([])
})

test('what is derived from a derived table is renewed with its probe', () => {
  const of = (name: string, from: Table) =>
    defineDerived({ ...table, name, from: { from }, columns: {}, history: [], compute: () => [] })
  const middle = of('middle', table)
  const far = of('far', middle)
  const other = of('other', { ...table, name: 'elsewhere' })
  expect([...renewedBy(new Set(['disks']), [far, middle, other])]).toEqual(['disks', 'middle', 'far'])
})
