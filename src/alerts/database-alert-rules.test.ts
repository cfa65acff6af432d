import { expect, test } from 'vitest'
import { rules } from '../rules/index.ts'
import { databaseAlertRules, tuned } from './database-alert-rules.ts'
import { effectiveRules } from './settings.ts'

const named = (name: string) => {
  const rule = databaseAlertRules.find((r) => r.name === name)
  if (!rule) throw new Error(`no ${name}`)
  return rule
}

test('every health rule alerts once, and names of rules are those of health rules', () => {
  const names = rules.map((r) => r.name)
  expect(databaseAlertRules.flatMap((r) => r.from).sort()).toEqual([...names].sort())
  for (const name of tuned) expect(names).toContain(name)
  expect(new Set(databaseAlertRules.map((r) => r.name)).size).toBe(databaseAlertRules.length)
  for (const { coveredBy } of databaseAlertRules) if (coveredBy) named(coveredBy)
})

test('each says what it means and what to do, and clear thresholds name real ones', () => {
  for (const rule of databaseAlertRules) {
    expect(rule.message).toMatch(/\.$/)
    expect(rule.action).toMatch(/\.$/)
    const thresholds = rules
      .filter((r) => rule.from.includes(r.name))
      .flatMap((r) => Object.keys(r.thresholds))
    for (const name of Object.keys(rule.clear ?? {})) expect(thresholds).toContain(name)
    for (const own of Object.values(rule.thresholds ?? {}))
      for (const name of Object.keys(own)) expect(thresholds).toContain(name)
  }
})

test('the defaults are those that teams know', () => {
  const effective = effectiveRules({}, {})
  const fires = (name: string) => effective.get(name)?.fires[name]
  expect(fires('connections-near-limit')).toMatchObject({ warning: 0.7, critical: 0.9 })
  expect(fires('slow-average-query')).toMatchObject({ warning: 1, critical: 3 })
  expect(fires('storage-near-limit')).toMatchObject({ warning: 0.8, critical: 0.9 })
  expect(fires('replication-lag')).toMatchObject({ warning: 1, critical: 5 })
  expect(fires('cache-hit')).toMatchObject({ warning: 0.95, critical: 0.9 })
  expect(effective.get('connections-near-limit')?.clears['connections-near-limit']?.warning).toBeCloseTo(0.63)
  expect(effective.get('cache-hit')?.clears['cache-hit']?.warning).toBeGreaterThan(0.95)
})

test('a team’s thresholds for the score hold for alerts too, unless it has others for these', () => {
  const score = { 'connections-near-limit': { warning: 0.5 } }
  const fires = (alerts: Parameters<typeof effectiveRules>[0]) =>
    effectiveRules(alerts, score).get('connections-near-limit')?.fires['connections-near-limit']
  expect(fires({})).toMatchObject({ warning: 0.5, critical: 0.9 })
  expect(fires({ 'connections-near-limit': { thresholds: { warning: 0.6 } } })).toMatchObject({
    warning: 0.6,
  })
  const slower = effectiveRules({ blocking: { for: 120, enabled: undefined } }, {}).get('blocking')
  expect(slower).toMatchObject({ for: 120, calm: 30, enabled: true })
})
