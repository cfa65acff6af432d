/** Facts of the stand-in's healthy target, and makers of rows. */
import { GIB, MIB, type Rows } from './measures.ts'

const STATEMENTS = [
  [
    'select s.id, s.name, count(c.id) from suppliers s left join clients c on c.supplier_id = s.id group by s.id',
    0.042,
    38.2,
  ],
  ['select * from form_responses where answers ->> $1 = $2 order by created_at desc limit $3', 1.83, 0.23],
  [
    'insert into api_usage_logs (supplier_id, endpoint, status, duration_ms) values ($1, $2, $3, $4)',
    0.0004,
    412,
  ],
  ['update journeys set state = $1, updated_at = now() where id = $2 returning id', 0.0021, 18.4],
].map(([query, mean, rate], i, all) => {
  const weight = all.reduce((sum, [, m, r]) => sum + Number(m) * Number(r), 0)
  const share = (Number(mean) * Number(rate)) / weight
  return {
    ...{
      query_id: `${i}71`,
      user_id: 10,
      database_id: 5,
      toplevel: i === 2 ? 'false' : 'true',
      query,
      calls: Number(rate) * 60,
    },
    ...{ calls_rate: rate, mean, total: Number(mean) * Number(rate) * 60, share, slow: Number(mean) > 1 },
  }
})

const group = (name: string, n: number, active: number, oldest: number | null) => ({
  ...{ by: 'application', name, connections: n, active, idle: n - active, idle_in_transaction: 0 },
  oldest_idle: oldest,
})

const size = (table: string, heap: number, indexes: number, toast: number) => ({
  ...{ schema: 'public', table, heap: heap * MIB, indexes: indexes * MIB, toast: toast * MIB },
  total: (heap + indexes + toast) * MIB,
})

export const session = (pid: number, blocker: number | null, depth: number, blocked: number) => ({
  ...{
    subject: `pid ${pid}`,
    pid,
    transaction: null,
    root: 'pid 4711',
    blocker: blocker === null ? null : `pid ${blocker}`,
    depth,
    blocked,
    is_root: blocker === null,
    waiting: blocker ? 134.2 / depth : null,
  },
  ...{ mode: blocker ? 'RowExclusiveLock' : null, lock_type: 'relation', relation: 'public.invoices' },
  ...{
    state: blocker ? 'active' : 'idle in transaction',
    state_seconds: 140,
    application: 'api',
    user: 'app',
  },
  ...{ database: 'wedsync', query: 'update invoices set status = $1 where id = $2' },
  ...{ backend_type: null, protected: null },
})

/** Heads that are not ended like any session: a prepared transaction, a session of the API, an autovacuum; one waits behind each. */
const PREPARED = 'prepared transaction order-4711'
const API = { root: 'pid 4950', application: 'PostgREST 12.2' }
export const BEHIND_OTHERS = [
  {
    ...session(0, null, 0, 1),
    ...{ subject: PREPARED, root: PREPARED, transaction: 'order-4711', state: 'prepared' },
    ...{ state_seconds: 7200, application: null, query: null },
  },
  { ...session(4900, 1, 1, 0), root: PREPARED, blocker: PREPARED },
  { ...session(4950, null, 0, 1), ...API, protected: 'it is the API (PostgREST)' },
  { ...session(4951, 4950, 1, 0), ...API },
  {
    ...session(4960, null, 0, 1),
    ...{ root: 'pid 4960', backend_type: 'autovacuum worker', application: null, user: null, state: null },
    ...{ protected: 'it is the autovacuum that prevents transaction id wraparound' },
    query: 'autovacuum: VACUUM public.invoices (to prevent wraparound)',
  },
  { ...session(4961, 4960, 1, 0), root: 'pid 4960' },
]

/** Names break whatever splices them; the last one is written from right to left. */
const NAMES = [
  'activity_logs',
  'api_usage_logs',
  `x"; DROP <b>table</b> -- \u202e ${'long'.repeat(20)}`,
  'form_responses',
]

const WHOLES = NAMES.map((table, i) => ({
  ...{
    oid: 100 + i,
    schema: i === 2 ? 'billing' : 'public',
    table,
    root: null,
    live: 1_250_000 / (i + 1),
    dead: i * 9_000,
  },
  ...{
    dead_ratio: i * 0.07,
    autovacuum_enabled: i !== 1,
    last_vacuum: i === 3 ? null : Date.now() - i * 7_200_000,
  },
  ...{ last_analyze: Date.now() - 60_000, size: (220 - i * 60) * MIB },
}))

/** A partitioned table, and more partitions than are shown at once. */
const PARTITIONED = {
  ...WHOLES[3],
  oid: 900,
  table: 'usage',
  partitions: 120,
  live: 240_000,
  size: 120 * MIB,
}
const PARTITIONS = Array.from({ length: 120 }, (_, n) => ({
  ...WHOLES[3],
  ...{
    oid: 901 + n,
    root: 900,
    table: `usage_${2017 + Math.floor(n / 12)}_${1 + (n % 12)}`,
    live: 2_000,
    size: MIB,
  },
}))
const TABLES = [...WHOLES, ...PARTITIONS]

const BLOATS = [
  { oid: 100, bloat: 200 * MIB, ratio: 0.91, confidence: 'high', why: null },
  {
    oid: 101,
    bloat: 40 * MIB,
    ratio: 0.25,
    confidence: 'low',
    why: 'much has changed since the last ANALYZE: run it again',
  },
  {
    oid: 102,
    bloat: null,
    ratio: null,
    confidence: 'unknown',
    why: 'not every column has statistics: run ANALYZE',
  },
]

const INDEXES = WHOLES.map(({ oid, schema, table, size }, i) => ({
  ...{
    oid: oid + 100,
    schema,
    table,
    index: `${table}_pkey`,
    size: size / 4,
    scans: 41_200 * i,
    last_scan: null,
  },
  ...{
    since: Date.now() - 40 * 86_400_000,
    valid: i !== 3,
    kept_because: i === 0 ? 'it is the primary key' : null,
  },
}))

const SEQUENCES = [
  {
    oid: 3,
    schema: 'public',
    sequence: 'form_responses_id_seq',
    table: 'email_logs',
    column: 'response_id',
    type: 'integer',
    refers: true,
    used: 0.91,
    left: 193_273_528,
  },
  {
    oid: 1,
    schema: 'public',
    sequence: 'api_usage_logs_id_seq',
    table: 'api_usage_logs',
    column: 'id',
    type: 'integer',
    refers: false,
    used: 0.85,
    left: 322_122_547,
  },
  {
    oid: 2,
    schema: 'public',
    sequence: 'hidden_seq',
    table: null,
    column: null,
    type: 'integer',
    refers: false,
    used: null,
    left: null,
  },
]

export const healthyFacts: Record<string, Rows> = {
  connections: [
    {
      ...{
        used: 31,
        usable: 97,
        utilisation: 31 / 97,
        active: 4,
        idle: 27,
        idle_in_transaction: 0,
        aborted: 0,
      },
      ...{
        waiting_on_lock: 0,
        oldest_session: 9_120,
        oldest_transaction: 0.2,
        oldest_idle_in_transaction: null,
      },
    },
  ],
  'connection-groups': [group('web', 18, 2, 41), group('api', 9, 1, 12), group('worker', 4, 1, 210)],
  'query-performance': [
    {
      ...{
        window: 60,
        calls: 28_140,
        calls_rate: 469,
        average: 0.0061,
        median: 0.0004,
        p95: 0.042,
        p99: 1.83,
      },
      ...{ slow_statements: 1, statements: 42, gaps: 0 },
    },
  ],
  'statement-rates': STATEMENTS,
  'running-queries': [],
  storage: [{ database: 1.31 * GIB, limit: 5 * GIB, used: 0.262, wal: 0.25 * GIB, temp: 0 }],
  'table-sizes': [
    size('activity_logs', 210, 264, 0.1),
    size('api_usage_logs', 118, 141, 0.1),
    size('form_responses', 44, 21, 21),
    size('email_logs', 31, 18, 0.1),
  ],
  tables: TABLES,
  'partitioned-tables': [PARTITIONED],
  'table-bloat': BLOATS,
  'index-bloat': BLOATS.map((b) => ({ ...b, oid: b.oid + 100 })),
  'measured-bloat': [
    {
      schema: 'public',
      relation: 'form_responses',
      size: 40 * MIB,
      bloat: 30 * MIB,
      ratio: 0.75,
      at: Date.now(),
    },
  ],
  'autovacuum-due': [
    {
      schema: 'public',
      table: 'activity_logs',
      part: 'table',
      due: 3.2,
      because: 'dead rows',
      enabled: true,
    },
    {
      schema: 'public',
      table: 'form_responses',
      part: 'TOAST',
      due: 0.4,
      because: 'inserted rows',
      enabled: true,
    },
  ],
  'index-usage': INDEXES,
  'sequence-usage': SEQUENCES,
  'blocking-tree': [],
  'replication-status': [],
  'replication-slots': [],
  'subscription-status': [],
  'xmin-horizon': [],
  'settings-review': [],
}
