import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { scoreHealth } from './health.ts'
import type { Reason } from './outcome.ts'
import type { Finding, Rule, Severity } from './rule.ts'

const rule = (name: string, deductions: Rule['deductions'], cap?: number): Rule => ({
  name,
  title: name,
  doc: '',
  remedy: '',
  needs: {},
  thresholds: {},
  deductions,
  ...(cap === undefined ? {} : { cap }),
  check: () => [],
})
const finding = (of: string, severity: Severity, subject = 'x'): Finding => ({
  key: `${of}/${subject}`,
  rule: of,
  title: of,
  subject,
  severity,
  value: 1,
  unit: 'count',
  summary: `${of} ${severity}`,
  evidence: {},
})
const unknown = (of: string) => ({
  rule: of,
  title: of,
  table: 't',
  reason: 'denied' as const,
  detail: '',
})
const health = (o: Partial<Parameters<typeof scoreHealth>[0]>) =>
  scoreHealth({ rules: [], findings: [], unknown: [], inapplicable: new Set(), ...o })

describe('score', () => {
  const rules = [rule('a', { warning: 10, critical: 20 }), rule('b', { warning: 15 }), rule('c', {})]
  test('is 100 without findings', () =>
    expect(health({ rules })).toMatchObject({ score: 100, deductions: [] }))
  test('loses the worst finding of each rule once, the greatest first', () => {
    const findings = [
      finding('a', 'warning', 'p'),
      finding('a', 'warning', 'q'),
      finding('b', 'warning'),
      finding('c', 'critical'),
    ]
    expect(health({ rules, findings })).toMatchObject({
      score: 75,
      deductions: [
        { rule: 'b', points: 15, summary: 'b warning' },
        { rule: 'a', points: 10 },
      ],
    })
    expect(health({ rules, findings: [...findings, finding('a', 'critical')] }).score).toBe(65)
  })
  test('weights of the configuration replace those of the rule, one by one', () => {
    const findings = [finding('a', 'warning'), finding('b', 'warning')]
    expect(health({ rules, findings, weights: { a: { warning: 1 } } }).score).toBe(84)
    expect(health({ rules, findings, weights: { a: { warning: 0 } } }).deductions).toHaveLength(1)
  })
  test('never falls below 0', () => {
    const many = Array.from({ length: 9 }, (_, n) => rule(`r${n}`, { critical: 30 }))
    expect(health({ rules: many, findings: many.map((r) => finding(r.name, 'critical')) }).score).toBe(0)
  })
  test('a fatal state caps it, only while critical', () => {
    const fatal = [rule('f', { warning: 5, critical: 5 }, 49)]
    expect(health({ rules: fatal, findings: [finding('f', 'warning')] }).score).toBe(95)
    expect(health({ rules: fatal, findings: [finding('f', 'critical')] })).toMatchObject({
      score: 49,
      status: 'unhealthy',
    })
  })
  test('another finding never raises it, as long as deductions rise with the severity', () => {
    const rising = [
      rule('a', { warning: 10, critical: 20 }),
      rule('b', { warning: 15, critical: 15 }),
      rule('c', {}),
    ]
    const one = fc.record({
      name: fc.constantFrom('a', 'b', 'c'),
      severity: fc.constantFrom<Severity>('info', 'warning', 'critical'),
    })
    fc.assert(
      fc.property(fc.array(one), one, (list, more) => {
        const of = (l: (typeof more)[]) =>
          health({ rules: rising, findings: l.map((f, n) => finding(f.name, f.severity, `${n}`)) }).score
        expect(of([...list, more])).toBeLessThanOrEqual(of(list))
      }),
    )
  })
})

test.each([
  [0, 'healthy'],
  [20, 'healthy'],
  [21, 'degraded'],
  [50, 'degraded'],
  [51, 'unhealthy'],
])('%i points lost: %s', (points, status) =>
  expect(
    health({ rules: [rule('a', { warning: points })], findings: [finding('a', 'warning')] }).status,
  ).toBe(status),
)

describe('coverage', () => {
  const rules = Array.from({ length: 10 }, (_, n) => rule(`r${n}`, {}))
  const blind = (count: number) => rules.slice(0, count).map((r) => unknown(r.name))
  test.each([
    [0, 1, 'healthy'],
    [4, 0.6, 'healthy'],
    [5, 0.5, 'unknown'],
    [10, 0, 'unknown'],
  ])('%i of 10 rules blind: %d, %s', (count, coverage, status) =>
    expect(health({ rules, unknown: blind(count) })).toMatchObject({ coverage, status, score: 100 }),
  )
  test('rules that do not apply are not counted', () =>
    expect(health({ rules, unknown: blind(1), inapplicable: new Set(['r8', 'r9']) }).coverage).toBe(7 / 8))
  test('without rules nothing is covered', () =>
    expect(health({})).toMatchObject({ coverage: 0, status: 'unknown' }))
  test('what is known to be bad stays bad, however little is known', () => {
    const bad = [...rules, rule('bad', { critical: 60 })]
    const seen = health({ rules: bad, unknown: blind(9), findings: [finding('bad', 'critical')] })
    expect(seen.status).toBe('unhealthy')
  })
})

test('findings are ordered by severity and key, whatever the order of rules', () => {
  const findings = [
    finding('b', 'info'),
    finding('b', 'critical'),
    finding('a', 'critical'),
    finding('a', 'warning'),
  ]
  expect(health({ findings }).findings.map((f) => `${f.severity} ${f.rule}`)).toEqual([
    'critical a',
    'critical b',
    'warning a',
    'info b',
  ])
})

describe('what is hidden', () => {
  const rules = [
    rule('hidden', { warning: 5, critical: 21 }),
    ...'abcdefgh'.split('').map((n) => rule(n, {})),
  ]
  const seen = (reason: Reason, deductions = rules, more: { fix?: string } = {}) =>
    health({ rules: deductions, unknown: [{ ...unknown('hidden'), reason, ...more }] })
  const status = (...o: Parameters<typeof seen>) => seen(...o).status
  const others = rules.slice(1)

  test('is never healthy where it could take the score below healthy, whatever the coverage', () => {
    for (const reason of ['denied', 'timeout', 'failed'] as const) expect(status(reason)).toBe('unknown')
    expect(seen('denied')).toMatchObject({ score: 100, worst: 79, unknown: [{ points: 21 }] })
    expect(status('denied', [rule('hidden', { critical: 20 }), ...others])).toBe('healthy')
  })
  test('is not healthy for a fatal state that it may hide', () => {
    const fatal = [rule('hidden', { critical: 5 }, 60), ...others]
    expect(seen('denied', fatal)).toMatchObject({ worst: 60, status: 'unknown', unknown: [{ cap: 60 }] })
  })
  test('is at stake where an extension would show it; not what takes time or can not be had', () => {
    expect(status('missing', rules, { fix: 'CREATE EXTENSION x;' })).toBe('unknown')
    expect(status('missing')).toBe('healthy')
    expect(seen('pending')).toMatchObject({ worst: 100, status: 'healthy' })
  })
  test('counts by the weights of the configuration', () =>
    expect(
      health({ rules, unknown: [unknown('hidden')], weights: { hidden: { critical: 10 } } }).status,
    ).toBe('healthy'))
  test('a fatal finding that is not critical holds the score down when it says so', () => {
    const fatal = [rule('f', { warning: 5, critical: 5 }, 49)]
    const findings = [{ ...finding('f', 'critical'), fatal: false }]
    expect(health({ rules: fatal, findings }).score).toBe(95)
  })
})
