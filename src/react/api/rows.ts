/** Estimated waste of a table or index. */
interface BloatRow {
  oid: number
  bloat: number | null
  ratio: number | null
  confidence: string
  why: string | null
}

/** Rows of the tables of facts that the page draws. Seconds, bytes, ratios; times are epoch milliseconds. */
export interface FactRows {
  connections: {
    used: number
    usable: number
    utilisation: number
    /** States are null where track_activities is off. */
    active: number | null
    idle: number | null
    idle_in_transaction: number | null
    aborted: number | null
    hidden: number
    waiting_on_lock: number
    oldest_session: number | null
    oldest_transaction: number | null
    oldest_idle_in_transaction: number | null
  }
  'connection-groups': {
    by: 'state' | 'application' | 'user' | 'database' | 'client'
    name: string
    service: string | null
    connections: number
    active: number | null
    idle: number | null
    idle_in_transaction: number | null
    oldest_idle: number | null
  }
  'query-performance': {
    window: number
    calls: number
    calls_rate: number
    average: number | null
    median: number | null
    p95: number | null
    p99: number | null
    slow_statements: number
    statements: number
    gaps: number
  }
  'statement-rates': {
    query_id: string
    user_id: number
    database_id: number
    toplevel: string
    query: string | null
    calls: number
    calls_rate: number
    mean: number
    total: number
    share: number
    slow: boolean
  }
  'running-queries': {
    pid: number
    application: string
    user: string | null
    database: string | null
    state: string
    seconds: number
    transaction_seconds: number | null
    wait: string | null
    query: string | null
  }
  storage: {
    database: number
    limit: number | null
    used: number | null
    wal: number | null
    temp: number | null
  }
  'table-sizes': {
    schema: string
    table: string
    heap: number
    indexes: number
    toast: number
    total: number
  }
  tables: {
    oid: number
    schema: string
    table: string
    root: number | null
    live: number
    dead: number
    dead_ratio: number
    autovacuum_enabled: boolean
    last_vacuum: number | null
    last_analyze: number | null
    size: number
  }
  'partitioned-tables': {
    oid: number
    schema: string
    table: string
    partitions: number
    live: number
    dead: number
    dead_ratio: number
    last_vacuum: number | null
    last_analyze: number | null
    size: number
  }
  'table-bloat': BloatRow
  'index-bloat': BloatRow
  'measured-bloat': {
    schema: string
    relation: string
    size: number
    bloat: number
    ratio: number
    at: number
  }
  'autovacuum-due': {
    schema: string
    table: string
    part: string
    due: number
    because: string
    enabled: boolean
  }
  'index-usage': {
    oid: number
    schema: string
    table: string
    index: string
    size: number
    scans: number
    last_scan: number | null
    since: number | null
    valid: boolean
    kept_because: string | null
  }
  'sequence-usage': {
    oid: number
    schema: string
    sequence: string
    table: string | null
    column: string | null
    type: string
    refers: boolean
    used: number | null
    left: number | null
  }
  'blocking-tree': {
    subject: string
    pid: number
    transaction: string | null
    root: string
    blocker: string | null
    depth: number
    waiting: number | null
    mode: string | null
    lock_type: string | null
    relation: string | null
    state: string | null
    state_seconds: number | null
    application: string | null
    user: string | null
    database: string | null
    query: string | null
    /** Null for a client. */
    backend_type: string | null
    protected: string | null
    blocked: number
    is_root: boolean
  }
  'replication-status': {
    standby: string
    side: 'sender' | 'standby'
    state: string
    lag_seconds: number | null
    lag_bytes: number | null
    flush_bytes: number | null
    sync: string | null
    paused: boolean | null
  }
  'replication-slots': {
    slot: string
    kind: string
    active: boolean
    retained: number | null
    wal_status: string | null
    safe_wal: number | null
    inactive_since: number | null
    invalidation: string | null
    synced: boolean
  }
  'subscription-status': {
    subscription: string
    database: string
    state: string
    message_age: number | null
    errors: number | null
    conflicts: number | null
  }
  'xmin-horizon': {
    subject: string
    holder: string
    database: string | null
    age: number
    seconds: number | null
    catalogs_only: boolean
    here: boolean
  }
  pools: {
    database: string
    user: string
    cl_active: number
    cl_waiting: number
    maxwait: number
  }
  'settings-review': {
    setting: string
    /** `server`, or the database or role that it is set for. */
    scope: string
    severity: 'critical' | 'warning' | 'info'
    value: string
    suggested: string | null
    why: string
    restart: boolean
  }
}
