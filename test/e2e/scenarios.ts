/** What the stand-in API says about its targets: every state that the page has to show. */
import { MIB, minutes, NOW, type Rows } from './measures.ts'
import { BEHIND_OTHERS, healthyFacts, session } from './scenario-facts.ts'
import { FINDINGS, finding, OPPORTUNITIES, VACUUMED } from './scenario-findings.ts'

export interface Scenario {
  readonly target: Readonly<Record<string, unknown>>
  readonly health: Readonly<Record<string, unknown>>
  /** Rows by table; a table that is absent is answered with `failure`. */
  readonly facts: Readonly<Record<string, Rows>>
  readonly failure: Readonly<Record<string, unknown>>
  readonly findings: Rows
}

const connected = { connection: 'connected', since: minutes(190), at: NOW }
const server = { version: 170010, role: 'primary', platform: 'self-hosted', database: 'wedsync' }
const pending = { ok: false, reason: 'pending', detail: 'statements needs a second sample' }

const healthy: Scenario = {
  target: {
    id: 'healthy',
    name: 'WedSync',
    url: 'postgres://pgtend@db.example/wedsync',
    ...connected,
    ...server,
    score: 100,
    status: 'healthy',
    coverage: 1,
  },
  health: {
    ...connected,
    score: 100,
    status: 'healthy',
    worst: 100,
    coverage: 1,
    deductions: [],
    findings: [],
    unknown: [],
    opportunities: [],
  },
  facts: healthyFacts,
  failure: pending,
  findings: [],
}

const SLOT = {
  ...{ inactive_since: null as number | null, invalidation: null, synced: false },
  ...{ wal_status: 'extended', safe_wal: 180 * MIB },
}
const DOOMED = { wal_status: 'unreserved', safe_wal: -20 * MIB }

const troubled: Scenario = {
  target: { ...healthy.target, id: 'troubled', name: 'WedSync staging', score: 45, status: 'unhealthy' },
  health: {
    ...{
      ...connected,
      score: 45,
      status: 'unhealthy',
      worst: 5,
      coverage: 23 / 25,
      findings: FINDINGS,
      opportunities: OPPORTUNITIES,
    },
    deductions: FINDINGS.slice(0, 3).map((f, i) => ({ ...f, points: [25, 25, 5][i] })),
    unknown: ['Wraparound', 'Replication lag'].map((title, i) => ({
      ...{
        rule: `r${i}`,
        title,
        table: 'wal-files',
        reason: 'denied',
        detail: 'the role may not read WAL files',
      },
      fix: 'GRANT pg_monitor TO pgtend;',
    })),
  },
  facts: {
    ...healthyFacts,
    connections: [
      {
        ...{
          used: 88,
          usable: 97,
          utilisation: 88 / 97,
          active: 6,
          idle: 78,
          idle_in_transaction: 4,
          aborted: 0,
        },
        ...{
          waiting_on_lock: 3,
          oldest_session: 91_200,
          oldest_transaction: 640,
          oldest_idle_in_transaction: 610,
        },
      },
    ],
    'blocking-tree': [
      session(4711, null, 0, 3),
      session(4802, 4711, 1, 1),
      session(4809, 4802, 2, 0),
      session(4811, 4711, 1, 0),
      ...BEHIND_OTHERS,
    ],
    'running-queries': [
      {
        ...{ pid: 4711, application: 'api', user: 'app', database: 'wedsync', state: 'idle in transaction' },
        ...{
          seconds: 140,
          transaction_seconds: 640,
          wait: null,
          query: 'update invoices set status = $1 where id = $2',
        },
      },
      {
        ...{
          pid: 4802,
          application: 'worker',
          user: 'app',
          database: 'wedsync',
          state: 'active',
          seconds: 134,
        },
        ...{
          transaction_seconds: 134,
          wait: 'a lock (relation)',
          query: 'alter table invoices add column note text',
        },
      },
    ],
    'replication-status': [
      {
        standby: 'replica-1',
        side: 'sender',
        state: 'streaming',
        lag_seconds: 2.4,
        lag_bytes: 18 * MIB,
        flush_bytes: 2 * MIB,
        sync: 'async',
        paused: null,
      },
      {
        ...{ standby: 'slot replica_2', side: 'sender', state: 'not connected', lag_seconds: null },
        ...{ lag_bytes: 300 * MIB, flush_bytes: 300 * MIB, sync: null, paused: null },
      },
    ],
    'replication-slots': [
      { slot: 'replica_1', kind: 'physical', active: true, retained: 18 * MIB, ...SLOT },
      { slot: 'reports', kind: 'physical', active: true, retained: 400 * MIB, ...SLOT, ...DOOMED },
      { slot: 'analytics_cdc', kind: 'logical', active: false, retained: 2900 * MIB, ...SLOT },
    ].map((s) => (s.active ? s : { ...s, inactive_since: minutes(4000) })),
    'subscription-status': [
      {
        ...{ subscription: 'orders', database: 'wedsync', state: 'stopped', message_age: null },
        ...{ errors: 3, conflicts: 0 },
      },
      {
        ...{ subscription: 'guests', database: 'wedsync', state: 'running', message_age: 2 },
        ...{ errors: 0, conflicts: 100 },
      },
    ],
    'xmin-horizon': [
      {
        ...{ subject: 'pid 4711', holder: 'the session api (pid 4711)', database: 'wedsync', age: 48_210 },
        ...{ seconds: 640, catalogs_only: false, here: true },
      },
      {
        ...{ subject: 'slot analytics_cdc', holder: 'the slot analytics_cdc', database: null, age: 41_007 },
        ...{ seconds: null, catalogs_only: true, here: false },
      },
    ],
    pools: [{ database: 'wedsync', user: 'app', cl_active: 41, cl_waiting: 3, maxwait: 2 }],
    'settings-review': [
      {
        ...{
          setting: 'full_page_writes',
          scope: 'server',
          severity: 'critical',
          value: 'off',
          suggested: 'on',
          restart: false,
        },
        why: 'A page that a crash leaves half written can not be repaired: the data may be corrupt.',
      },
      {
        ...{
          setting: 'zero_damaged_pages',
          scope: 'role reporting',
          severity: 'critical',
          value: 'on',
          suggested: 'off',
          restart: false,
        },
        why: 'Pages that are damaged are emptied when they are read: the rows in them are lost for good.',
      },
      {
        ...{
          setting: 'shared_buffers',
          scope: 'server',
          severity: 'info',
          value: '128 MB',
          suggested: null,
          restart: true,
        },
        why: 'Still PostgreSQL’s default for 5 GB of data; a quarter of the memory is usual.',
      },
    ],
  },
  failure: pending,
  findings: [
    ...FINDINGS.map((f, i) => ({
      ...f,
      target: 'troubled',
      firstSeen: minutes(3 + 40 * i),
      lastSeen: NOW,
      resolvedAt: null,
      ...(f.rule === 'dead-rows' ? { outcome: 'returned', returnedAfter: VACUUMED } : { outcome: 'open' }),
    })),
    {
      ...finding('dead-rows', 'Dead rows', 'warning', '', {}, 'public.email_logs'),
      target: 'troubled',
      firstSeen: minutes(300),
      lastSeen: minutes(191),
      resolvedAt: minutes(189),
      outcome: 'verified-fixed',
      fixedBy: { ...VACUUMED, run: 'r1', summary: 'Vacuum public.email_logs', by: 'vacuum' },
    },
    {
      ...finding('cache-hit', 'Cache hit ratio', 'warning', '', {}),
      target: 'troubled',
      firstSeen: minutes(900),
      lastSeen: minutes(800),
      resolvedAt: minutes(790),
      outcome: 'gone',
    },
  ],
}

const denied = {
  ok: false,
  reason: 'denied',
  detail: 'the role can not see other sessions',
  fix: 'GRANT pg_monitor TO pgtend_blind;',
}

const RULES = [
  'blocked-sessions',
  'connections-near-limit',
  'slow-average-query',
  'storage-near-limit',
  'replication-lag',
]

const blind: Scenario = {
  target: {
    ...healthy.target,
    id: 'blind',
    name: 'No grants',
    score: 100,
    status: 'unknown',
    coverage: 3 / 8,
  },
  health: {
    ...{
      ...connected,
      score: 100,
      status: 'unknown',
      worst: 0,
      coverage: 3 / 8,
      deductions: [],
      findings: [],
      opportunities: [],
    },
    unknown: RULES.map((rule) => ({
      rule,
      title: rule.replaceAll('-', ' '),
      table: 'activity',
      ...denied,
      ok: undefined,
    })),
  },
  facts: {},
  failure: denied,
  findings: [],
}

const problem = {
  code: 'unreachable',
  message: 'The server can not be reached',
  remedy: 'Check host, port and firewall, and that PostgreSQL is running.',
}
const lost = { connection: 'unreachable', since: minutes(4), at: minutes(4.2), error: problem }

const away: Scenario = {
  ...troubled,
  target: { ...healthy.target, ...lost, id: 'away', name: 'Away', score: undefined, status: 'unreachable' },
  health: { ...troubled.health, ...lost },
}

export const scenarios: Readonly<Record<string, Scenario>> = { healthy, troubled, blind, away }
