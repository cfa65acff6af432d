import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { batch, finding } from '../../test/store.ts'
import type { Batch } from '../core/store.ts'
import { createAppender } from './append.ts'
import { readFindings } from './findings.ts'
import { migrate } from './migrate.ts'

function open() {
  const db = new DatabaseSync(':memory:')
  migrate(db)
  const append = createAppender(db)
  return {
    cycle: (at: number, more: Partial<Batch>) => expect(append([batch(at, [], more)])).toEqual([null]),
    read: (since = 0, target = 'a') => readFindings(db, target, since),
    life: () => readFindings(db, 'a', 0).map((f) => [f.key, f.firstSeen, f.lastSeen, f.resolvedAt]),
  }
}

test('a finding is kept as it was last seen, with the time it was first and last seen', () => {
  const { cycle, read } = open()
  cycle(1000, { findings: [finding('slow', 'x', { value: 1 })] })
  const now = finding('slow', 'x', { value: 2, severity: 'critical', evidence: { a: null, b: true, c: 'é' } })
  cycle(2000, { findings: [now] })
  expect(read()).toEqual([
    { ...now, target: 'a', firstSeen: 1000, lastSeen: 2000, resolvedAt: null, outcome: 'open' },
  ])
})

test('what is no longer found is resolved, and starts a new record when it comes back', () => {
  const { cycle, life } = open()
  cycle(1000, { findings: [finding('slow', 'x')] })
  cycle(2000, { findings: [] })
  cycle(3000, { findings: [] })
  expect(life()).toEqual([['slow/x', 1000, 1000, 2000]])
  cycle(4000, { findings: [finding('slow', 'x')] })
  expect(life()).toEqual([
    ['slow/x', 4000, 4000, null],
    ['slow/x', 1000, 1000, 2000],
  ])
})

test('findings of a blind rule, of an unreachable server and of another target stay open', () => {
  const { cycle, life } = open()
  cycle(1000, { findings: [finding('slow', 'x'), finding('bloat', 'y')] })
  cycle(2000, { findings: [], blind: ['slow'] })
  cycle(3000, {})
  cycle(4000, { target: 'b', findings: [] })
  expect(life()).toEqual([
    ['bloat/y', 1000, 1000, 2000],
    ['slow/x', 1000, 1000, null],
  ])
})

test('lists worst and newest first, and of the resolved those since a time', () => {
  const { cycle, read } = open()
  cycle(1000, { findings: [finding('c', '1', { severity: 'info' }), finding('w', '1')] })
  const old = [finding('w', '1'), finding('k', '1', { severity: 'critical' })]
  cycle(2000, { findings: [...old, finding('w', '2')] })
  expect(read().map((f) => f.key)).toEqual(['k/1', 'w/2', 'w/1', 'c/1'])
  expect(read(2000)).toHaveLength(4)
  expect(read(2001).map((f) => f.key)).toEqual(['k/1', 'w/2', 'w/1'])
  expect(read(0, 'nobody')).toEqual([])
})

test('takes any text, and a key given twice once', () => {
  const { cycle, read } = open()
  const subject = `'; drop table finding; --\u0000"\\ 💥 \ud800`
  const nasty = finding('slow', subject, { summary: subject, evidence: { [subject]: subject } })
  cycle(1000, { findings: [nasty, nasty] })
  cycle(2000, { findings: [nasty] })
  expect(read()).toHaveLength(1)
  const [found] = read()
  expect(found).toMatchObject({
    subject: subject.toWellFormed(),
    firstSeen: 1000,
    lastSeen: 2000,
    resolvedAt: null,
  })
})

test('a clock that goes back never makes a finding end before it was seen', () => {
  const { cycle, life } = open()
  cycle(5000, { findings: [finding('slow', 'x')] })
  cycle(4000, { findings: [finding('slow', 'x')] })
  cycle(3000, { findings: [] })
  expect(life()).toEqual([['slow/x', 5000, 5000, 5000]])
})
