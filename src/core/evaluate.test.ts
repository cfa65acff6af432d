import { describe, expect, test } from 'vitest'
import { AT, context } from '../../test/facts.ts'
import { defineAdvice } from './advice.ts'
import { counter, detail, gauge, label } from './columns.ts'
import { defineDerived } from './derived.ts'
import { emptyMemory, evaluate, type Registry, type Sample, type Tuning } from './evaluate.ts'
import { maybe, pair } from './given.ts'
import { scoreHealth } from './health.ts'
import { type Failure, fail, ok } from './outcome.ts'
import { defineRule } from './rule.ts'
import type { Table } from './table.ts'

const table = <const N extends string>(name: N) =>
  ({
    name,
    title: name,
    doc: '',
    rows: 'many',
    columns: { id: label('Name'), n: counter('count', 'Count') },
  }) satisfies Table
const probe = table('probe')
const other = table('other')

const doubled = defineDerived({
  name: 'doubled',
  title: '',
  doc: '',
  rows: 'many',
  from: { probe },
  columns: { n: gauge('count', 'Twice as many') },
  compute: ({ probe }) => probe.map((r) => ({ n: 2 * r.n })),
})
const rate = defineDerived({
  name: 'rate',
  title: '',
  doc: '',
  rows: 'many',
  from: { both: pair(probe), doubled, perhaps: maybe(other) },
  columns: { n: gauge('per_second', 'Rate'), others: gauge('count', 'Rows of the other') },
  compute: ({ both, perhaps }) => [
    { n: ((both.now[0]?.n ?? 0) - (both.before[0]?.n ?? 0)) / both.seconds, others: perhaps?.length ?? -1 },
  ],
})
const tooMany = defineRule({
  name: 'too-many',
  title: 'Too many',
  doc: '',
  remedy: '',
  needs: { doubled },
  thresholds: { most: 10 },
  deductions: { warning: 30 },
  check: ({ doubled }, { most }) =>
    doubled
      .filter((r) => r.n > most)
      .map((r) => ({
        subject: 's',
        severity: 'warning' as const,
        value: r.n,
        unit: 'count' as const,
        summary: `${r.n}`,
        evidence: {},
      })),
})
const fewer = defineAdvice({
  name: 'fewer',
  title: 'Fewer',
  doc: '',
  needs: { rate },
  thresholds: { most: 1 },
  recommend: ({ rate: [r] }, { most }) =>
    (r?.n ?? 0) > most
      ? [{ subject: 's', summary: '', evidence: {}, gain: '', risk: '', confidence: 'low', because: '' }]
      : [],
})
// Registered before what it is made from: the order must not matter.
const registry: Registry = { derived: [rate, doubled], rules: [tooMany], advice: [fewer] }

const sample = (n: number, before?: number, seconds = 10): Sample => ({
  at: 100_000,
  outcome: ok([{ id: 'a', n }]),
  ...(before === undefined
    ? {}
    : { before: { at: 100_000 - seconds * 1000, rows: [{ id: 'a', n: before }] } }),
})
const judged = (samples: Record<string, Sample>, tuning?: Tuning) =>
  evaluate(registry, new Map(Object.entries(samples)), context(), tuning)
const failed = (failure: Failure): Sample => ({ at: 0, outcome: failure })

test('facts become derived tables, findings with keys, opportunities and a score', () => {
  const seen = judged({ probe: sample(40, 10), other: sample(1) })
  expect(seen.tables.get('doubled')).toEqual(ok([{ n: 80 }]))
  expect(seen.tables.get('rate')).toEqual(ok([{ n: 3, others: 1 }]))
  expect(seen.health).toMatchObject({
    score: 70,
    status: 'degraded',
    coverage: 1,
    findings: [{ key: 'too-many/s', rule: 'too-many', title: 'Too many' }],
  })
  expect(seen.opportunities).toMatchObject([{ key: 'fewer/s', advice: 'fewer', title: 'Fewer' }])
})

test('thresholds of the configuration replace the defaults', () => {
  const seen = judged(
    { probe: sample(40, 10) },
    { thresholds: { 'too-many': { most: 80 }, fewer: { most: 3 } } },
  )
  expect(seen.health.findings).toEqual([])
  expect(seen.opportunities).toEqual([])
})

test('what one can do without is undefined, not a failure', () =>
  expect(
    judged({ probe: sample(1, 1), other: failed(fail('denied', 'no')) }).tables.get('rate'),
  ).toMatchObject({
    rows: [{ others: -1 }],
  }))

describe('what is not known', () => {
  test.each(['denied', 'missing', 'timeout', 'failed', 'pending'] as const)(
    '%s: the rule is unknown with reason and fix, the score is not raised to healthy',
    (reason) => {
      const seen = judged({ probe: failed(fail(reason, 'why', 'GRANT')) })
      expect(seen.tables.get('doubled')).toEqual(fail(reason, 'why', 'GRANT'))
      expect(seen.health).toMatchObject({
        coverage: 0,
        status: 'unknown',
        unknown: [
          { rule: 'too-many', title: 'Too many', table: 'doubled', reason, detail: 'why', fix: 'GRANT' },
        ],
      })
    },
  )
  test('unsupported: the rule does not apply', () =>
    expect(judged({ probe: failed(fail('unsupported', 'a standby')) }).health.unknown).toEqual([]))
  test('never read: pending', () =>
    expect(judged({}).health.unknown).toMatchObject([{ reason: 'pending', table: 'doubled' }]))
})

test.each([
  ['one sample', sample(5)],
  ['a clock that stood still', sample(5, 1, 0)],
  ['a clock that went back', sample(5, 1, -5)],
])('%s makes no rate', (_, of) => {
  const seen = judged({ probe: of })
  expect(seen.tables.get('rate')).toMatchObject({ ok: false, reason: 'pending' })
  expect(seen.opportunities).toEqual([])
})

test('a rule that is blind to a part finds what it can, and is not known', () => {
  const { ok: _, ...lost } = fail('missing', 'half of it was lost', 'ANALYZE;')
  const partly = { ...tooMany, blindTo: () => ({ ok: false as const, ...lost, table: 'probe' }) }
  const samples = new Map([['probe', sample(40)]])
  const { health } = evaluate(
    { derived: [doubled], rules: [partly as never], advice: [] },
    samples,
    context(),
  )
  expect(health).toMatchObject({ score: 70, coverage: 0, findings: [{ key: 'too-many/s' }] })
  expect(health.unknown).toMatchObject([{ ...lost, table: 'probe', rule: 'too-many', title: 'Too many' }])
})

describe('a breach that has to last', () => {
  const patient = { ...tooMany, thresholds: { most: 10, seconds: 60 }, lasting: 'seconds' }
  const memory = emptyMemory()
  const foundAfter = (seconds: number, of: Sample, tuning?: Tuning) =>
    evaluate(
      { derived: [doubled], rules: [patient as never], advice: [] },
      new Map([['probe', of]]),
      { ...context(), at: AT + seconds * 1000 },
      ...[tuning, new Map(), memory],
    ).health.findings.length

  test('is told when it has, seen without a break', () => {
    expect([0, 59, 60].map((seconds) => foundAfter(seconds, sample(40)))).toEqual([0, 0, 1])
    expect(foundAfter(70, sample(1))).toBe(0)
    expect([80, 139, 140].map((seconds) => foundAfter(seconds, sample(40)))).toEqual([0, 0, 1])
  })
  test('a look that can not judge is no break', () => {
    expect(foundAfter(150, failed(fail('timeout', 'busy')))).toBe(0)
    expect(foundAfter(160, sample(40))).toBe(1)
  })
  test('other thresholds have a time of their own', () => {
    const tuning = { thresholds: { 'too-many': { seconds: 0 } } }
    expect(foundAfter(170, sample(40), tuning)).toBe(1)
    expect(foundAfter(180, sample(40))).toBe(1)
  })
})

describe('the score', () => {
  const graded = (warning: number, critical: number) => {
    const rule = { ...tooMany, name: 'graded', deductions: { warning, critical }, cap: 40 }
    const found = (severity: 'warning' | 'critical') => ({
      ...{ subject: severity, severity, value: 1, unit: 'count' as const, summary: severity, evidence: {} },
      ...{ key: `graded/${severity}`, rule: 'graded', title: 'Graded' },
    })
    const score = (...severities: ('warning' | 'critical')[]) =>
      scoreHealth({
        ...{ rules: [rule as never], findings: severities.map(found), unknown: [] },
        inapplicable: new Set(),
      })
    return score
  }

  test('counts the dearest finding of a rule once, so that one more never raises it', () => {
    expect(graded(10, 20)('warning', 'critical').deductions).toMatchObject([{ points: 20 }])
    expect(graded(10, 0)('warning', 'critical').deductions).toMatchObject([
      { points: 10, severity: 'warning' },
    ])
  })

  test('names the cap that holds it down, and only then', () => {
    expect(graded(10, 20)('critical')).toMatchObject({ score: 40, cap: { rule: 'graded', at: 40 } })
    expect(graded(10, 20)('warning')).not.toHaveProperty('cap')
    expect(graded(10, 70)('critical')).not.toHaveProperty('cap')
  })
})

describe('tables that others manage', () => {
  const named = { schema: label('Schema'), table: label('Table') }
  const usage = { ...table('usage'), columns: { ...named, n: gauge('count', 'Count') } } satisfies Table
  const sequences = { ...usage, name: 'sequences', columns: { ...usage.columns, table: detail('Table') } }
  const managed = { ...table('managed'), columns: named } satisfies Table
  const seen = <T extends Table>(name: string, of: T) =>
    defineRule({
      ...{ name, title: '', doc: '', remedy: '', needs: { all: maybe(of) }, thresholds: {}, deductions: {} },
      check: ({ all = [] }) =>
        all.map((r) => ({
          ...{ subject: `${r.schema}.${r.table}`, severity: 'info', value: 0, unit: 'none' },
          ...{ summary: '', evidence: {} },
        })),
    })
  const advised = defineAdvice({
    ...{ name: 'advised', title: '', doc: '', needs: { usage }, thresholds: {} },
    recommend: ({ usage }) =>
      usage.map(({ table: subject }) => ({
        ...{ subject, summary: '', evidence: {}, gain: '', risk: '', confidence: 'low', because: '' },
      })),
  })
  const both: Registry = {
    derived: [],
    rules: [seen('tables', usage), seen('sequences', sequences)],
    advice: [advised],
    managed,
  }
  const rows = [
    { schema: 'public', table: 'a', n: 1 },
    { schema: 'auth', table: 'a', n: 1 },
    { schema: 'public', table: 'b', n: 1 },
  ]
  const counts = { at: 0, outcome: ok(rows) }
  const keysOf = (theirs: Sample | undefined, memory = emptyMemory()) => {
    const samples = new Map<string, Sample>([
      ['usage', counts],
      ['sequences', counts],
      ...(theirs ? [['managed', theirs] as const] : []),
    ])
    const { health, opportunities } = evaluate(both, samples, context(), {}, new Map(), memory)
    return [...health.findings, ...opportunities].map((f) => f.key)
  }
  const whole = ['sequences/auth.a', 'sequences/public.a', 'sequences/public.b']
  const all = [...whole, 'tables/auth.a', 'tables/public.a', 'tables/public.b']
  const theirs = (...rows: object[]): Sample => ({ at: 0, outcome: ok(rows as never) })

  test('rules and advice about tables do not see them; what endangers the whole is still told', () =>
    expect(keysOf(theirs({ schema: 'auth', table: 'a' }, { schema: 'public', table: 'b' }))).toEqual([
      ...whole,
      'tables/public.a',
      'advised/a',
    ]))

  test('a table with the name of another’s is seen, and all are where it is not known whose they are', () => {
    expect(keysOf(theirs({ schema: 'auth', table: 'b' }))).toEqual([
      ...all,
      ...['a', 'a', 'b'].map((t) => `advised/${t}`),
    ])
    for (const unknown of [undefined, failed(fail('denied', 'no'))])
      expect(keysOf(unknown)).toEqual([...all, ...['a', 'a', 'b'].map((t) => `advised/${t}`)])
  })

  test('what was said before is said anew when they change', () => {
    const memory = emptyMemory()
    expect(keysOf(theirs(), memory)).toContain('tables/auth.a')
    expect(keysOf(theirs({ schema: 'auth', table: 'a' }), memory)).not.toContain('tables/auth.a')
  })
})
