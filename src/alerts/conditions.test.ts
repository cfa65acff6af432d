import { expect, test } from 'vitest'
import { finding } from '../../test/store.ts'
import type { Sight } from '../core/alert.ts'
import type { Unknown } from '../core/health.ts'
import type { Finding, Thresholds } from '../core/rule.ts'
import { lookOf } from './conditions.ts'
import { effectiveRules } from './settings.ts'

const rules = effectiveRules({}, {})
const sight = (findings: readonly Finding[], unknown: readonly Unknown[] = []): Sight => ({
  ...{ target: { id: 'shop', name: 'Shop' }, connection: 'connected', unknown },
  findings: (asked) => findings.filter((f) => asked[f.rule]),
})
const keys = (findings: readonly Finding[], suppressed: readonly string[] = []) =>
  lookOf(
    sight(findings),
    rules,
    new Map(suppressed.map((key) => [key, { key, reason: 'old', by: 'ann', until: 1 }])),
  ).conditions.map((c) => c.key)
const blind = (rule: string, reason: Unknown['reason'], fix?: string): Unknown => ({
  ...{ rule, title: rule, table: 't', reason, detail: `no ${rule}`, points: 0 },
  ...(fix === undefined ? {} : { fix }),
})

test('a finding is a condition by its key; rules that are off say nothing', () => {
  expect(keys([finding('dead-rows', 'public.a'), finding('dead-rows', 'public.b')])).toEqual([
    'dead-rows/public.a',
    'dead-rows/public.b',
  ])
  expect(keys([finding('slow-query', 'statement 1')])).toEqual([])
  expect(keys([finding('dead-rows', 'public.a')], ['dead-rows/public.a'])).toEqual([])
  expect(keys([finding('blocked-sessions', 'session 1')], ['blocking/instance'])).toEqual([])
})

test('sessions that block are one condition, the worst of them first', () => {
  const { conditions } = lookOf(
    sight([
      finding('blocked-sessions', 'session 1', { summary: 'A blocks.' }),
      finding('blocked-sessions', 'session 2', { summary: 'B blocks.' }),
      finding('blocked-too-long', 'session 1', { summary: 'A blocks for long.', severity: 'critical' }),
    ]),
    rules,
    new Map(),
  )
  expect(conditions).toMatchObject([
    { key: 'blocking/instance', severity: 'critical', summary: 'A blocks for long. And 1 other.' },
  ])
})

test('a session that blocks need not be told of as idle too, another one is', () => {
  const blocking = finding('blocked-sessions', 'session 1')
  const idle = (n: number) => finding('idle-in-transaction', `session ${n}`)
  const covered = (findings: readonly Finding[]) =>
    lookOf(sight(findings), rules, new Map()).conditions.find((c) => c.rule === 'idle-in-transaction')
      ?.covered
  expect(covered([blocking, idle(1)])).toBe(true)
  expect(covered([blocking, idle(1), idle(2)])).toBeUndefined()
  expect(covered([idle(1)])).toBeUndefined()
})

test('what lingers is judged by the clear thresholds', () => {
  const value = 0.65
  const measured: Sight = {
    ...sight([]),
    findings: (asked) => {
      const { warning = 1 } = (asked['connections-near-limit'] ?? {}) as Thresholds
      return value > warning ? [finding('connections-near-limit', 'instance')] : []
    },
  }
  const seen = lookOf(measured, rules, new Map())
  expect(seen.conditions).toEqual([])
  expect([...seen.lingering]).toEqual([['connections-near-limit/instance', 'warning']])
})

test('an unreachable target is one condition and all else is blind', () => {
  const lost: Sight = {
    ...sight([]),
    connection: 'unreachable',
    error: { message: 'no answer', remedy: 'Start it.' },
  }
  expect(lookOf(lost, rules, new Map())).toMatchObject({
    conditions: [{ key: 'target-unreachable/target', severity: 'critical', summary: 'no answer' }],
    blind: 'all',
  })
})

test('rules that can not be judged are blind, and one condition for each reason', () => {
  const seen = lookOf(
    sight(
      [],
      [
        blind('dead-rows', 'denied', 'GRANT pg_monitor TO me'),
        blind('blocked-sessions', 'denied', 'GRANT pg_monitor TO me'),
        blind('slow-average-query', 'missing'),
        blind('slow-query', 'failed'),
      ],
    ),
    rules,
    new Map(),
  )
  expect(seen.blind).toEqual(new Set(['dead-rows', 'blocking', 'slow-average-query']))
  expect(seen.conditions).toMatchObject([
    { key: 'monitor-blind/denied', severity: 'warning', action: 'GRANT pg_monitor TO me' },
    { key: 'monitor-blind/missing', severity: 'info' },
  ])
})
