import { tagged } from './tag.ts'

// What stands around everything that is read. One text for all uses: each different one is an entry in pg_stat_statements.

// Tagged too, or an idle server's busiest statements would be ours.
export const BEGIN = tagged('flight', 'BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY')
export const SAVEPOINT = tagged('flight', 'SAVEPOINT p')
export const ROLLBACK_TO = tagged('flight', 'ROLLBACK TO p')
/** Nothing was written; a ROLLBACK would count among the application's failed transactions. */
export const COMMIT = tagged('flight', 'COMMIT')
/** The clock, and which process of the server answers. */
export const CLOCK = tagged(
  'clock',
  'SELECT extract(epoch FROM pg_catalog.clock_timestamp()), pg_catalog.pg_backend_pid()',
)

// Each counter is then read once and not kept for the transaction: the copies of 60,000 relations' are 15 MB of the backend.
const NEW_STATISTICS = `current_setting('server_version_num')::int >= 150000`

// A database in SQL_ASCII may hold names that are no UTF-8: they come as they are, and what can't be read in them is replaced.
export const SET = tagged(
  'settings',
  `SELECT extract(epoch FROM clock_timestamp()), pg_is_in_recovery(),
  set_config('statement_timeout', $1, true), set_config('lock_timeout', $2, true),
  set_config('idle_in_transaction_session_timeout', $3, true), set_config('work_mem', '32MB', true),
  set_config('jit', 'off', true), set_config('max_parallel_workers_per_gather', '0', true),
  set_config('extra_float_digits', '1', true), set_config('search_path', $4, true),
  set_config(CASE WHEN ${NEW_STATISTICS} THEN 'stats_fetch_consistency' ELSE 'jit' END,
    CASE WHEN ${NEW_STATISTICS} THEN 'none' ELSE 'off' END, true),
  set_config('client_encoding', CASE current_setting('server_encoding') WHEN 'SQL_ASCII' THEN 'SQL_ASCII'
    ELSE current_setting('client_encoding') END, true)`,
)

/** The values of `SET`. Times in ms; `deadline` is the whole transaction's. */
export const settingsFor = (of: {
  readonly statementTimeout: number
  readonly lockTimeout: number
  readonly deadline: number
  readonly searchPath: string
}): readonly string[] => [
  `${of.statementTimeout}`,
  `${of.lockTimeout}`,
  `${of.deadline + 1000}`,
  of.searchPath,
]
