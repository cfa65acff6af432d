/** Alerts, maintenance, recoveries and backups of the stand-in's troubled target. */
import { MIB, minutes, NOW } from './measures.ts'
import { HITS, planOf, SPARED } from './scenario-actions.ts'

const alert = (rule: string, severity: string, title: string, summary: string, more: object) => ({
  ...{ id: `troubled/${rule}`, target: 'troubled', key: `${rule}/instance`, rule, title, severity, summary },
  action: 'What to do about it, in a sentence.',
  ...more,
})

export const ALERTS = [
  alert('blocked-sessions', 'critical', 'Sessions blocked by a lock', 'PID 4711 (api) blocks 3 sessions.', {
    state: 'firing',
    since: minutes(12),
    firedAt: minutes(10),
  }),
  alert('connections-near-limit', 'warning', 'Connections near the limit', '88 of 97 are in use (91 %).', {
    state: 'firing',
    since: minutes(50),
    firedAt: minutes(45),
    acknowledgedBy: 'dashboard',
  }),
  alert('slow-average-query', 'warning', 'Slow on average', 'Statements take 640 ms on average.', {
    state: 'firing',
    since: minutes(200),
    firedAt: minutes(195),
    silenced: { id: 's1', until: NOW + 5_400_000, reason: 'Import of the new season' },
  }),
  alert('dead-rows', 'warning', 'Dead rows', 'public.form_responses holds 31 % dead rows.', {
    key: 'dead-rows/public.form_responses',
    state: 'pending',
    since: minutes(3),
  }),
  alert('cache-hit', 'warning', 'Cache hit ratio', '88 % of reads were served from memory.', {
    ...{ state: 'resolved', since: minutes(900), firedAt: minutes(890), resolvedAt: minutes(790) },
  }),
]

export const SILENCES = [
  {
    id: 's1',
    match: { target: 'troubled', rule: 'slow-average-query' },
    reason: 'Import of the new season',
    until: NOW + 5_400_000,
    by: 'dashboard',
  },
]

export const CHANNELS = [
  { name: 'team', kind: 'slack', least: 'warning', lastSentAt: minutes(10), waiting: 0, dead: 0 },
  {
    ...{ name: 'on-call', kind: 'email', least: 'critical', lastSentAt: minutes(300), waiting: 2, dead: 1 },
    lastError: 'connect ECONNREFUSED 127.0.0.1:2525',
  },
]

export const SUPPRESSIONS = [
  {
    ...{ id: 'p1', target: 'troubled', key: 'slow-query/statement 471', by: 'dashboard' },
    reason: 'The yearly report may be slow',
    until: NOW + 26 * 86_400_000,
  },
]

const vacuumed = {
  ...{ action: 'vacuum', input: { schema: 'public', table: 'email_logs' }, subject: 'public.email_logs' },
  because: 'public.email_logs holds 24 % dead rows',
  summary: 'Vacuum public.email_logs',
  sql: ['VACUUM (ANALYZE) public.email_logs'],
  status: 'done',
  run: 'r1',
  mended: [
    {
      ...{ key: 'dead-rows/public.email_logs', title: 'Dead rows', subject: 'public.email_logs' },
      outcome: 'verified-fixed',
    },
  ],
  seconds: 8.4,
  before: { dead_rows: 9_120, size: 49 * MIB },
  after: { dead_rows: 0, size: 49 * MIB },
  bytesReclaimed: 0,
}

export const report = (id: string, task: string, ago: number, more: object = {}) => ({
  ...{ id, target: 'troubled', task, dryRun: false, status: 'done', actor: { kind: 'schedule', name: task } },
  ...{ startedAt: minutes(ago), endedAt: minutes(ago) + 9_100, actions: [vacuumed], bytesReclaimed: 0 },
  leftAlone: [{ subject: 'public.invoices', reason: 'its dead rows are 4 % of all' }],
  deadRowsRemoved: 9_120,
  summary: '1 table vacuumed, 9,120 dead rows removed.',
  ...more,
})

const schedule = (task: string, title: string, cron: string, more: object) => ({
  ...{ task, title, cron, timezone: 'Europe/Berlin', enabled: true, next: NOW + 9_000_000 },
  ...more,
})

export const SCHEDULES = [
  schedule('vacuum', 'Remove dead rows', '0 3 * * *', {
    window: { from: '02:00', to: '05:00' },
    last: { at: minutes(190), status: 'done', summary: '1 table vacuumed, 9,120 dead rows removed.' },
  }),
  schedule('analyze', 'Renew planner statistics', '15 * * * *', {
    next: NOW + 1_100_000,
    last: { at: minutes(42), status: 'paused', summary: 'Stopped: sessions wait for locks.' },
  }),
  schedule('reindex', 'Rebuild indexes', '0 4 * * 0', {
    enabled: false,
    next: null,
    why: 'maintenance.tasks.reindex.enabled is off',
  }),
  schedule('backup', 'Back up', '0 * * * *', {
    last: { at: minutes(33), status: 'done', summary: '412 MB in 21 s.' },
  }),
]

export function maintenancePlan(target: string, task: string) {
  const input = { schema: 'public', table: 'form_responses' }
  const plans = task === 'vacuum' ? [planOf(target, 'vacuum', input)] : []
  const actions = plans.map((p) => ({
    ...vacuumed,
    ...{ input, subject: 'public.form_responses', summary: p.summary, status: 'planned', after: undefined },
    because: 'public.form_responses holds 31 % dead rows',
    before: p.before,
  }))
  const leftAlone = [{ subject: 'public.invoices', reason: 'its dead rows are 4 % of all' }]
  return { target, task, actions, plans, leftAlone, hash: `m-${task}` }
}

export const RUNBOOKS = [
  {
    ...{
      name: 'connection-exhaustion',
      title: 'Connections are used up',
      inWindow: false,
      policy: { enabled: false, perHour: 0 },
    },
    doc: 'Ends sessions of this database that nobody has used for long, the longest idle first.',
    rules: ['connections-near-limit', 'connection-leak'],
  },
  {
    ...{
      name: 'slow-queries',
      title: 'Statements run without end',
      inWindow: false,
      policy: { enabled: false, perHour: 0 },
    },
    doc: 'Cancels statements that run for more than five minutes, and ends their sessions where that does not help.',
    rules: ['slow-average-query'],
  },
  {
    ...{
      name: 'emergency-vacuum',
      title: 'Critical tables need VACUUM now',
      inWindow: true,
      policy: { enabled: false, perHour: 0 },
    },
    doc: 'Vacuums the tables that are nearest to trouble.',
    rules: ['wraparound'],
  },
]

export function runbookPlan(target: string, name: string) {
  const runbook = RUNBOOKS.find((r) => r.name === name)
  const base = { runbook: name, title: runbook?.title, target, at: Date.now(), named: [], leftAlone: [] }
  if (name !== 'connection-exhaustion')
    return {
      ...{ ...base, detected: false, summary: 'Nothing runs for more than five minutes.', measures: {} },
      ...{ steps: [], hits: [], spared: SPARED, hash: `b-${name}` },
    }
  const steps = HITS.map(({ pid, reason }) => ({
    ...{ action: 'terminate-backend', input: { pid }, reason },
    plan: { ...planOf(target, 'terminate-backend', { pid }), preconditions: [] },
  }))
  return {
    ...base,
    ...{ detected: true, summary: '93 of 97 slots are taken (95 %), and web leaks 11 sessions.' },
    ...{ measures: { used: 93, usable: 97 }, steps, hits: HITS, spared: SPARED, hash: 'b-1' },
    named: ['web leaks: 11 sessions that nobody used for more than 10 min'],
  }
}

export const recovery = (id: string, target: string, startedAt: number, endedAt: number) => ({
  ...{ id, target, runbook: 'connection-exhaustion', title: 'Connections are used up', hash: 'b-1' },
  ...{ actor: { kind: 'person', name: 'dashboard' }, status: 'recovered', startedAt, endedAt },
  secondsToRecovery: 4.2,
  summary: 'Recovered in 4.2 s: 3 sessions freed; 90 of 97 slots taken.',
  steps: HITS.map(({ pid, reason }) => ({
    ...{ action: 'terminate-backend', input: { pid }, reason, status: 'done', detail: 'The session is gone' },
    run: `${id}-${pid}`,
  })),
  freed: 3,
  spared: SPARED,
  verification: { ok: true, detail: '90 of 97 slots are taken (92 %)', after: { used: 90 } },
})

export const BACKUPS = [
  {
    id: 'b3',
    at: minutes(33),
    status: 'done',
    bytes: 412 * MIB,
    tables: 12,
    seconds: 21.3,
    method: 'pg_dump',
  },
  {
    ...{
      id: 'b2',
      at: minutes(93),
      status: 'done',
      bytes: 411 * MIB,
      tables: 12,
      seconds: 20.8,
      method: 'pg_dump',
    },
    verified: {
      ...{ at: minutes(80), ok: true, seconds: 74, detail: '12 tables, 187,204 rows and 14 sequences agree' },
      notVerifiable: ['extension pg_cron: not in the scratch server'],
    },
  },
  {
    ...{
      id: 'b1',
      at: minutes(153),
      status: 'done',
      bytes: 409 * MIB,
      tables: 12,
      seconds: 22,
      method: 'built-in',
    },
    verified: {
      ...{ at: minutes(140), ok: false, seconds: 3, notVerifiable: [] },
      detail: 'wedsync.dump: the checksum differs: the file was changed after it was written',
    },
  },
  {
    id: 'b0',
    at: minutes(213),
    status: 'failed',
    method: 'pg_dump',
    error: 'No space left on the device: 38 MB are free',
  },
]
