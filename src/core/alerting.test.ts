import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Alert, AlertRule, Condition, Look, NoticeKind, Recipient } from './alert.ts'
import { matches, notices, step, withLingering } from './alerting.ts'
import type { Severity } from './rule.ts'

const rule = (more: Partial<AlertRule> = {}): AlertRule => ({
  ...{ name: 'r', title: 'R', message: 'm', action: 'a', from: ['r'] },
  ...{ for: 20, calm: 20, remind: 100, enabled: true },
  ...more,
})
const condition = (severity: Severity = 'warning', more: Partial<Condition> = {}): Condition => ({
  ...{ key: 'r/x', rule: 'r', title: 'R', severity, summary: `is ${severity}`, action: 'a' },
  ...more,
})
const look = (seconds: number, conditions: readonly Condition[] = [], more: Partial<Look> = {}): Look => ({
  ...{
    now: seconds * 1000,
    conditions,
    lingering: new Map(),
    blind: new Set<string>(),
    suppressed: new Map(),
  },
  ...more,
})

/** Goes through looks one after the other; the states of `r/x` after each. */
function follow(looks: readonly Look[], rules = rule()): (Alert | undefined)[] {
  const alerts = new Map<string, Alert>()
  return looks.map((seen) => {
    const conditions = withLingering(seen.conditions, seen.lingering, alerts)
    for (const [key, next] of step(alerts, { ...seen, conditions }, new Map([[rules.name, rules]]))) {
      if (next) alerts.set(key, next)
      else alerts.delete(key)
    }
    return alerts.get('r/x')
  })
}
const states = (looks: readonly Look[], rules = rule()) => follow(looks, rules).map((a) => a?.state ?? '-')

describe('an incident', () => {
  test('fires when it has lasted, is resolved when it has been gone in two looks and for long enough', () => {
    const looks = [0, 10, 20].map((t) => look(t, [condition()]))
    const after = [30, 40, 50, 60].map((t) => look(t))
    expect(states([...looks, ...after])).toEqual([
      ...['pending', 'pending', 'firing', 'firing', 'firing', 'resolved', 'resolved'],
    ])
  })

  test('one that is too short is forgotten, and counts from the beginning when it comes again', () => {
    const looks = [look(0, [condition()]), look(10), look(20, [condition()]), look(30, [condition()])]
    expect(states(looks)).toEqual(['pending', '-', 'pending', 'pending'])
  })

  test('a rule that waits for nothing fires at once, and clears in two looks all the same', () => {
    const at0 = rule({ for: 0, calm: 0 })
    expect(states([look(0, [condition()]), look(1), look(1), look(2)], at0)).toEqual([
      ...['firing', 'firing', 'firing', 'resolved'],
    ])
  })

  test('one that comes back while calm goes on, one that comes back later is a new one', () => {
    const at0 = rule({ for: 0, calm: 20 })
    const seen = follow(
      [
        look(0, [condition()]),
        look(10),
        look(20, [condition()]),
        look(30),
        look(50),
        look(60, [condition()]),
      ],
      at0,
    )
    expect(seen.map((a) => [a?.state, a?.since])).toEqual([
      ['firing', 0],
      ['firing', 0],
      ['firing', 0],
      ['firing', 0],
      ['resolved', 0],
      ['firing', 60_000],
    ])
  })

  test('what can not be judged is neither over nor closer to being over', () => {
    const blind = { blind: new Set(['r']) }
    const at0 = rule({ for: 0, calm: 20 })
    const looks = [look(0, [condition()]), look(10), look(1000, [], blind), look(1010), look(1030)]
    expect(states(looks, at0)).toEqual(['firing', 'firing', 'firing', 'firing', 'resolved'])
    expect(states([look(0, [condition()]), look(9, [], { blind: 'all' }), look(20, [condition()])])).toEqual([
      ...['pending', 'pending', 'firing'],
    ])
  })

  test('it lasts until it is past the clear threshold, but that threshold begins nothing', () => {
    const near = { lingering: new Map<string, Severity>([['r/x', 'warning']]) }
    const at0 = rule({ for: 0, calm: 0 })
    const looks = [look(0, [], near), look(10, [condition()]), look(20, [], near), look(99, [], near)]
    expect(states([...looks, look(100), look(110)], at0)).toEqual([
      ...['-', 'firing', 'firing', 'firing', 'firing', 'resolved'],
    ])
  })

  test('it gets worse when that lasts, and milder when it is clearly so', () => {
    const still = { lingering: new Map<string, Severity>([['r/x', 'critical']]) }
    const seen = follow([
      ...[look(0, [condition()]), look(20, [condition()]), look(30, [condition('critical')])],
      ...[look(40, [condition()]), look(50, [condition('critical')]), look(70, [condition('critical')])],
      ...[look(80, [condition()], still), look(90, [condition()])],
    ])
    expect(seen.map((a) => a?.severity)).toEqual([
      ...['warning', 'warning', 'warning', 'warning', 'warning', 'critical', 'critical', 'warning'],
    ])
  })

  test('what another alert speaks for waits until that one is gone', () => {
    const covered = condition('warning', { covered: true })
    expect(states([look(0, [covered]), look(100, [covered]), look(110, [condition()])])).toEqual([
      ...['pending', 'pending', 'firing'],
    ])
  })

  test('one of a rule that is switched off ends', () => {
    const alerts = new Map([['r/x', follow([look(0, [condition()])], rule({ for: 0 }))[0] as Alert]])
    const first = step(alerts, look(10, [condition()]), new Map()).get('r/x') as Alert
    const second = step(new Map([['r/x', first]]), look(20, [condition()]), new Map()).get('r/x')
    expect(second?.state).toBe('resolved')
  })
})

describe('who is told', () => {
  const all: Recipient[] = [
    { name: 'team', least: 'warning' },
    { name: 'pager', least: 'critical' },
  ]
  const firing = follow([look(0, [condition()])], rule({ for: 0 }))[0] as Alert
  const at = (seconds: number, silenced = false) => ({ now: seconds * 1000, silenced, remind: 100 })
  const kinds = (result: { notices: readonly { channel: string; kind: NoticeKind }[] }) =>
    result.notices.map((n) => `${n.channel} ${n.kind}`)

  test('each once, the pager when it gets worse, both when it is over', () => {
    const first = notices(firing, all, at(0))
    expect(kinds(first)).toEqual(['team firing'])
    expect(kinds(notices(first.alert, all, at(1)))).toEqual([])
    const worse = notices({ ...first.alert, severity: 'critical' }, all, at(2))
    expect(kinds(worse)).toEqual(['team escalated', 'pager firing'])
    const over = notices({ ...worse.alert, state: 'resolved' }, all, at(3))
    expect(kinds(over)).toEqual(['team resolved', 'pager resolved'])
    expect(kinds(notices(over.alert, all, at(4)))).toEqual([])
  })

  test('again after a while, but not when somebody is at it', () => {
    const { alert } = notices(firing, all, at(0))
    const again = notices(alert, all, at(100))
    expect(kinds(again)).toEqual(['team reminder'])
    expect(kinds(notices(again.alert, all, at(150)))).toEqual([])
    expect(kinds(notices({ ...alert, acknowledged: { by: 'ann', at: 1 } }, all, at(100)))).toEqual([])
  })

  test('nobody while silenced; what still fires afterwards is told then; who heard it hears the end', () => {
    expect(kinds(notices(firing, all, at(0, true)))).toEqual([])
    const { alert } = notices(firing, all, at(1))
    expect(kinds(notices({ ...alert, state: 'resolved' }, all, at(2, true)))).toEqual(['team resolved'])
    expect(kinds(notices({ ...firing, state: 'resolved' }, all, at(2)))).toEqual([])
  })
})

test.each([
  [{}, false],
  [{ rule: 'r' }, true],
  [{ rule: 'other' }, false],
  [{ key: 'r/public.*' }, true],
  [{ key: '*.orders' }, true],
  [{ key: 'r/*.*orders' }, true],
  [{ key: 'r/public.orders*orders' }, false],
  [{ target: 'shop', rule: 'r' }, true],
  [{ target: 'other', rule: 'r' }, false],
  [{ target: '*' }, true],
])('a silence of %j covers the alert: %s', (match, expected) => {
  expect(matches(match, { target: 'shop', rule: 'r', key: 'r/public.orders' })).toBe(expected)
})

/** Any run of looks: time goes on, stands still or jumps back; present, absent, blind or lingering; silences, acks, restarts. */
const anyLook = fc.record({
  passed: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 60 }) },
    { weight: 1, arbitrary: fc.integer({ min: -500, max: 5000 }) },
  ),
  severity: fc.constantFrom<Severity | undefined>(undefined, undefined, 'info', 'warning', 'critical'),
  lingers: fc.constantFrom<Severity | undefined>(undefined, undefined, 'warning', 'critical'),
  blind: fc.constantFrom(false, false, false, true),
  covered: fc.constantFrom(false, false, true),
  silenced: fc.constantFrom(false, false, true),
  acknowledge: fc.constantFrom(false, false, false, true),
  repeated: fc.boolean(),
})
const anyRule = fc.record({ for: fc.integer({ min: 0, max: 60 }), calm: fc.integer({ min: 0, max: 60 }) })

test('whatever is seen in whatever order, restarts and repetitions: one beginning and one end of each incident for each channel, none while blind', () => {
  fc.assert(
    fc.property(anyRule, fc.array(anyLook, { maxLength: 60 }), (tuned, course) => {
      const own = rule(tuned)
      const rules = new Map([['r', own]])
      const recipients: Recipient[] = [
        { name: 'team', least: 'info' },
        { name: 'pager', least: 'critical' },
      ]
      let alert: Alert | undefined
      let now = 1_000_000_000_000
      const told = new Map<string, NoticeKind[]>()
      for (const seen of course) {
        now += seen.passed * 1000
        const conditions = seen.severity ? [condition(seen.severity, { covered: seen.covered })] : []
        const lingering = new Map<string, Severity>(seen.lingers ? [['r/x', seen.lingers]] : [])
        const blind = new Set(seen.blind ? ['r'] : [])
        for (let round = 0; round < (seen.repeated ? 3 : 1); round++) {
          // As the engine does, with the state as it comes back from the ledger.
          const alerts = new Map(alert ? [['r/x', JSON.parse(JSON.stringify(alert)) as Alert]] : [])
          const held = withLingering(conditions, lingering, alerts)
          const changes = step(
            alerts,
            { now, conditions: held, lingering, blind, suppressed: new Map() },
            rules,
          )
          if (round > 0) expect([...changes]).toEqual([])
          const next = changes.has('r/x') ? (changes.get('r/x') ?? undefined) : alerts.get('r/x')
          const ended = next?.state === 'resolved' && alert?.state === 'firing'
          if (ended) expect([seen.blind, seen.severity, seen.lingers]).toEqual([false, undefined, undefined])
          if (alert?.state === 'firing') expect(next?.since).toBe(alert.since)
          if (!next) {
            expect(alert?.state).not.toBe('firing')
            alert = undefined
            continue
          }
          const planned = notices(next, recipients, { now, silenced: seen.silenced, remind: own.remind })
          for (const { channel, kind } of planned.notices) {
            const id = `${channel} ${next.since}`
            told.set(id, [...(told.get(id) ?? []), kind])
          }
          alert = planned.alert
        }
        if (seen.acknowledge && alert?.state === 'firing')
          alert = { ...alert, acknowledged: { by: 'ann', at: now } }
      }
      for (const kinds of told.values()) {
        expect(kinds.filter((k) => k === 'firing')).toHaveLength(1)
        expect(kinds[0]).toBe('firing')
        expect(kinds.filter((k) => k === 'resolved').length).toBeLessThanOrEqual(1)
        if (kinds.includes('resolved')) expect(kinds.at(-1)).toBe('resolved')
        expect(kinds.filter((k) => k === 'escalated').length).toBeLessThanOrEqual(2)
      }
      // Who heard that an incident began has heard that it ended, unless it goes on.
      for (const [id, kinds] of told) {
        const goesOn = alert?.state === 'firing' && id.endsWith(String(alert.since))
        expect(kinds.includes('resolved')).toBe(!goesOn)
      }
    }),
    { numRuns: 2000 },
  )
})
