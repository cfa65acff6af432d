/** Findings and opportunities of the stand-in's troubled target. */
import { MIB, minutes } from './measures.ts'

export const finding = (
  rule: string,
  title: string,
  severity: string,
  summary: string,
  evidence: object,
  subject = 'instance',
) => ({
  ...{ key: `${rule}/${subject}`, rule, title, subject, severity, summary, evidence },
  ...{ value: 0.91, unit: 'ratio' },
})

/** What a run did about the dead rows of form_responses a day ago. */
export const VACUUMED = {
  ...{ run: 'r7', action: 'vacuum', summary: 'Vacuum public.form_responses', by: 'dashboard' },
  ...{
    from: minutes(1_441),
    at: minutes(1_440),
    ok: true,
    detail: 'Dead rows 12,731 → 0, size 86 MB → 86 MB',
  },
  ...{ before: { dead_rows: 12_731 }, after: { dead_rows: 0 } },
}

export const FINDINGS = [
  finding(
    'blocked-sessions',
    'Sessions blocked by a lock',
    'critical',
    'PID 4711 (api) blocks 3 sessions; the longest has waited 2 min 14 s.',
    { pid: 4711, blocked: 3, waiting: 134.2, state: 'idle in transaction', relation: 'public.invoices' },
    'pid 4711',
  ),
  finding(
    'connections-near-limit',
    'Connections near the limit',
    'warning',
    '88 of 97 usable connections are in use (91 %).',
    { used: 88, usable: 97, active: 6, idle: 78, idle_in_transaction: 4 },
  ),
  finding(
    'dead-rows',
    'Dead rows',
    'warning',
    'public.form_responses holds 31 % dead rows (12,731 of 41,072).',
    {
      dead: 12_731,
      live: 28_341,
      size: 86 * MIB,
      autovacuum_enabled: false,
      last_vacuum: minutes(4_300),
    },
    'public.form_responses',
  ),
  finding('slow-query', 'Slow statement', 'info', 'A statement takes 1.8 s on average, 22 % of all time.', {
    query: 'select * from form_responses where answers ->> $1 = $2 order by created_at desc',
    mean: 1.83,
    share: 0.22,
    calls: 14,
  }),
]

export const OPPORTUNITIES = [
  {
    ...{
      key: 'drop-unused-index/a',
      advice: 'drop-unused-index',
      title: 'Drop an unused index',
      subject: 'index public.activity_logs_legacy_idx',
      action: { name: 'drop-index', input: { schema: 'public', index: 'activity_logs_legacy_idx' } },
    },
    summary: 'public.activity_logs_legacy_idx has not been used since 1 November.',
    evidence: { index: 'public.activity_logs_legacy_idx', size: 212 * MIB, scans: 0 },
    gain: 'Frees 212 MB and makes each write to activity_logs cheaper.',
    risk: 'A yearly report might use it. Kept in the undo below.',
    confidence: 'high',
    because: 'Statistics count since 22 days on the only node.',
    sql: ['DROP INDEX CONCURRENTLY public.activity_logs_legacy_idx;'],
    undo: [
      'CREATE INDEX CONCURRENTLY activity_logs_legacy_idx ON public.activity_logs USING btree (entity_type);',
    ],
  },
  {
    ...{ key: 'vacuum-table/b', advice: 'vacuum-table', title: 'Vacuum a table' },
    subject: 'public.form_responses',
    action: { name: 'vacuum', input: { schema: 'public', table: 'form_responses' } },
    summary: 'public.form_responses holds 12,731 dead rows and autovacuum is off for it.',
    evidence: { dead: 12_731, live: 28_341 },
    gain: 'Scans read a third fewer pages.',
    risk: 'Reads the whole table; takes no lock that blocks reads or writes.',
    confidence: 'medium',
    because: 'Dead rows are an estimate of the statistics collector.',
    sql: ['VACUUM (ANALYZE) public.form_responses;'],
  },
  {
    ...{ key: 'end-idle-transaction/c', advice: 'end-idle-transaction', subject: 'pid 4711' },
    title: 'End a session that idles in a transaction',
    summary: 'PID 4711 (api) has been idle in a transaction for 10 min 40 s and blocks 3 sessions.',
    evidence: { pid: 4711, blocked: 3 },
    gain: '3 sessions can go on',
    risk: 'What the transaction has changed is rolled back.',
    confidence: 'high',
    because: 'Others wait for it and it does nothing.',
    action: { name: 'terminate-backend', input: { pid: 4711 } },
  },
]
