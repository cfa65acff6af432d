import { expect, test } from 'vitest'
import type { Health } from '../core/health.ts'
import { fail, type Outcome, ok } from '../core/outcome.ts'
import type { Finding } from '../core/rule.ts'
import type { Capabilities } from '../core/server.ts'
import { type Report, renderReport } from './report.ts'
import { cells } from './text.ts'

const server: Capabilities = {
  version: 170010,
  major: 17,
  database: 'shop',
  user: 'app',
  startedAt: 0,
  systemIdentifier: null,
  role: 'primary',
  superuser: false,
  grants: [],
  extensions: {},
  available: [],
  settings: { server_version: '17.10 (Debian 17.10-1)' },
  pooler: 'none',
  platform: 'self-hosted',
}

const finding = (subject: string): Finding => ({
  ...{ rule: 'blocked-sessions', key: `blocked-sessions/${subject}`, title: 'Blocked sessions', subject },
  ...{ severity: 'critical', value: 6, unit: 'count', evidence: { query: 'SELECT 1', blocked: 6 } },
  summary: `6 sessions wait behind ${subject}, which has been idle in its transaction for a very long time now`,
})

const health: Health = {
  score: 75,
  status: 'degraded',
  worst: 45,
  coverage: 0.9,
  deductions: [
    {
      rule: 'blocked-sessions',
      title: 'Blocked sessions',
      severity: 'critical',
      points: 25,
      summary: 'x'.repeat(90),
    },
  ],
  findings: [finding('pid 1'), finding('pid 2')],
  unknown: [
    {
      rule: 'a',
      title: 'Rule A',
      table: 't',
      reason: 'denied',
      detail: 'no role',
      fix: 'GRANT pg_monitor TO app',
      points: 15,
    },
    {
      rule: 'b',
      title: 'Rule B',
      table: 't',
      reason: 'denied',
      detail: 'no role',
      fix: 'GRANT pg_monitor TO app',
      points: 15,
    },
  ],
}

const report = (more: Partial<Report> = {}): Report => ({
  name: 'shop',
  server,
  seconds: 1,
  tables: new Map<string, Outcome>([
    [
      'connections',
      ok([{ used: 12, usable: 97, active: 3, idle: 9, idle_in_transaction: 0, waiting_on_lock: 2 }]),
    ],
    ['query-performance', fail('missing', 'pg_stat_statements is not installed')],
    ['blocking-tree', ok([{ is_root: true }, { is_root: false }])],
    ['replication-status', fail('unsupported', 'x')],
  ]),
  health,
  opportunities: [],
  remedies: new Map([['blocked-sessions', 'End the session that blocks.']]),
  ...more,
})

test('says score, status, coverage and window', () => {
  const text = renderReport(report())
  expect(text).toContain('PostgreSQL 17.10, primary, database shop')
  expect(text).toContain('75 of 100, degraded   90 % of the rules judged, over 1 s')
  expect(text).not.toContain('see the end')
  const hidden = renderReport(report({ health: { ...health, score: 100, worst: 70, status: 'unknown' } }))
  expect(hidden).toContain(
    '100 of 100, unknown   90 % of the rules judged, over 1 s\nWhat is not known may take it down to 70: see the end.\n',
  )
  const little = renderReport(report({ health: { ...health, score: 100, worst: 90, status: 'unknown' } }))
  expect(little).toContain('\nToo little could be judged to call it healthy: see the end.\n')
})

test('says the sum behind the score, and the statements behind a finding', () => {
  const text = renderReport(report())
  expect(text).toContain('100 − 25 blocked sessions = 75\n')
  expect(text).toContain('    SELECT 1\n')
})

test('vital signs: figures where known, the reason where not, nothing where it does not apply', () => {
  const text = renderReport(report())
  expect(text).toMatch(/Connections\s+12 of 97, 3 active, 9 idle, 2 waiting on a lock/)
  expect(text).not.toContain('aborted')
  expect(text).toMatch(/Queries\s+unknown \(missing: pg_stat_statements is not installed\)/)
  expect(text).toMatch(/Locks\s+1 session blocked by 1/)
  expect(text).not.toContain('Replication')
})

test('a session in an aborted transaction is one of those that are counted', () => {
  const connections = ok([{ used: 3, usable: 97, active: 1, idle: 0, idle_in_transaction: 1, aborted: 1 }])
  expect(renderReport(report({ tables: new Map([['connections', connections]]) }))).toMatch(
    /3 of 97, 1 active, 0 idle, 1 idle in transaction, 1 in an\s+aborted transaction/,
  )
})

test('standbys: how far behind, what is not on their disk, and the slot of one that is not connected', () => {
  const status = ok([
    { standby: 'a', state: 'streaming', lag_seconds: 2, lag_bytes: 3_145_728, flush_bytes: 1_048_576 },
    { standby: 'archive', state: 'streaming', lag_seconds: null, lag_bytes: 1024, flush_bytes: 1024 },
    { standby: 'slot b', state: 'not connected', lag_seconds: null, lag_bytes: 0, flush_bytes: 0 },
  ])
  expect(
    renderReport(report({ tables: new Map([['replication-status', status]]) })).replace(/\s+/g, ' '),
  ).toContain(
    'Replication a streaming, 2 s behind, 1 MB not on its disk; archive streaming, 1 kB behind; slot b not connected, 0 B behind',
  )
})

test('what to do is said once for the findings of one rule', () => {
  const text = renderReport(report())
  expect(text).toContain('2 findings')
  expect(text.split('End the session that blocks.')).toHaveLength(2)
  expect(text.indexOf('pid 2')).toBeLessThan(text.indexOf('End the session'))
})

test('rules that one grant would make known stand together with it', () => {
  const text = renderReport(report())
  expect(text).toContain('Not known: 2 rules could not be judged')
  expect(text).toMatch(/ {2}Rule A, Rule B\n {4}denied: no role\n {4}GRANT pg_monitor TO app\n/)
})

test('statements to copy are whole, everything else fits in 80 columns', () => {
  const sql = `DROP INDEX CONCURRENTLY "public"."${'very_long_name_'.repeat(6)}";`
  const text = renderReport(
    report({
      opportunities: [
        {
          ...{ key: 'k', advice: 'a', title: 'Drop an unused index', subject: 's', evidence: {} },
          ...{ summary: 'It was never used. '.repeat(6), gain: '1 GB.', risk: 'None.', because: 'Because.' },
          confidence: 'high',
          sql: [sql],
        },
      ],
    }),
  )
  expect(text).toContain(`    ${sql}\n`)
  for (const line of text.split('\n'))
    if (!line.includes('DROP INDEX')) expect(cells(line)).toBeLessThanOrEqual(80)
})

test('says how many tables are left out of findings and advice, where any are', () => {
  const managed = ok([{ schema: 'auth', table: 'users', by: 'supabase' }])
  const tables = new Map([...report().tables, ['managed-tables', managed]])
  expect(renderReport(report({ tables }))).toContain('Not judged: 1 table of the platform or of extensions.')
  tables.set('managed-tables', ok([]))
  expect(renderReport(report({ tables }))).not.toContain('Not judged')
})
