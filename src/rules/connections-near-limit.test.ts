import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import connectionLimits from '../derived/connection-limits.ts'
import rule from './connections-near-limit.ts'

const limit = (
  used: number,
  limit = 100,
  more: { subject?: string; kind?: string; here?: boolean } = {},
) => ({
  limits: [
    row(connectionLimits, {
      ...{ subject: 'instance', kind: 'server', here: true, ...more },
      ...{ used, limit, utilisation: used / limit },
    }),
  ],
  connections: undefined,
})

test.each([
  [0, undefined],
  [80, undefined],
  [81, 'warning'],
  [90, 'warning'],
  [91, 'critical'],
  [100, 'critical'],
])('%i of 100 connections: %s', (used, severity) => {
  expect(check(rule, limit(used)).map((b) => b.severity)).toEqual(severity ? [severity] : [])
})

test('says how many, and of which', () => {
  expect(check(rule, limit(54, 57))[0]).toMatchObject({
    subject: 'instance',
    summary: '54 of 57 usable connections are taken (95 %).',
  })
})

test('says nothing when nothing is known', () =>
  expect(check(rule, { limits: [], connections: undefined })).toEqual([]))

test('limits of the connected database and of its roles count, those of others not', () => {
  const role = { subject: 'role app', kind: 'role' }
  expect(check(rule, limit(9, 10, role))).toMatchObject([
    {
      subject: 'role app',
      severity: 'warning',
      summary: '9 of the 10 connections that the role app may have are taken (90 %).',
    },
  ])
  expect(check(rule, limit(10, 10, { ...role, here: false }))).toEqual([])
})
