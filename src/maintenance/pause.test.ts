import { expect, test } from 'vitest'
import type { Deduction, Health } from '../core/health.ts'
import { pauseReason } from './pause.ts'

const deduction = (rule: string, points: number): Deduction => ({
  ...{ rule, title: rule, severity: 'warning', points, summary: '' },
})
const health = (deductions: Deduction[], more: Partial<Health> = {}): Health => {
  const score = 100 - deductions.reduce((sum, d) => sum + d.points, 0)
  const status = score >= 80 ? 'healthy' : score >= 50 ? 'degraded' : 'unhealthy'
  return { score, status, worst: score, coverage: 1, deductions, findings: [], unknown: [], ...more }
}
const reason = (h: Health | undefined): string | undefined =>
  pauseReason({ connected: true, role: 'primary', health: h })

test('a healthy primary is maintained', () => expect(reason(health([]))).toBeUndefined())

test('degraded by dead rows alone: that is what it is for', () => {
  expect(reason(health([deduction('dead-rows', 30), deduction('stale-statistics', 30)]))).toBeUndefined()
})

test('degraded by blocked sessions: it waits and says why', () => {
  const said = reason(
    health([
      deduction('blocked-sessions', 15),
      deduction('connections-near-limit', 10),
      deduction('dead-rows', 10),
    ]),
  )
  expect(said).toContain('blocked-sessions, connections-near-limit')
  expect(said).toContain('75 of 100')
  expect(said).not.toContain('dead-rows')
})

test('a fatal state of another kind pauses, though no points say so', () => {
  expect(
    reason(health([], { status: 'unhealthy', cap: { rule: 'checksum-failures', title: 'x', at: 49 } })),
  ).toContain('49 of 100')
  expect(
    reason(health([], { status: 'unhealthy', cap: { rule: 'wraparound', title: 'x', at: 49 } })),
  ).toBeUndefined()
})

test('unknown is not healthy', () => {
  const unseen = (rule: string) =>
    health([], {
      status: 'unknown',
      worst: 65,
      unknown: [{ rule, title: rule, table: 't', reason: 'missing', detail: '', points: 35 }],
    })
  expect(reason(unseen('blocked-sessions'))).toContain('too little')
  // Nobody waits for what maintenance itself would cure.
  expect(reason(unseen('slow-average-query'))).toBeUndefined()
  expect(reason(undefined)).toContain('not been judged')
  expect(reason(health([], { status: 'unknown', coverage: 0.3 }))).toContain('too little')
  expect(pauseReason({ connected: false, role: 'primary', health: health([]) })).toContain('reached')
  expect(pauseReason({ connected: true, role: 'standby', health: health([]) })).toContain('primary')
})
