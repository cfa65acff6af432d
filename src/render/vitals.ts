import { formatBytes, formatCount, formatRatio, formatSeconds, plural } from '../core/format.ts'
import type { Outcome } from '../core/outcome.ts'

/** One line of what matters most now: a name and a sentence. `unknown` when it can't be read. */
export interface Vital {
  readonly name: string
  readonly text: string
  readonly unknown: boolean
}

type Row = Readonly<Record<string, unknown>>
type Tables = ReadonlyMap<string, Outcome>

/** The vital signs of a database from its derived tables, in the order of reading. */
export function vitals(tables: Tables): Vital[] {
  return [
    vital('Connections', tables, 'connections', (rows) => rows[0] && connections(rows[0])),
    vital('Queries', tables, 'query-performance', (rows) => rows[0] && queries(rows[0])),
    vital('Transactions', tables, 'database-rates', (rows) => {
      const row = rows.find((r) => r.current === true)
      return row && transactions(row)
    }),
    vital('Storage', tables, 'storage', (rows) => rows[0] && storage(rows[0])),
    vital('Locks', tables, 'blocking-tree', locks),
    vital('Replication', tables, 'replication-status', replication),
    vital('Statistics', tables, 'statistics-age', (rows) => rows[0] && statistics(rows[0])),
  ].filter((v) => v !== undefined)
}

function vital(
  name: string,
  tables: Tables,
  table: string,
  say: (rows: readonly Row[]) => string | undefined,
): Vital | undefined {
  const outcome = tables.get(table)
  if (outcome && !outcome.ok && outcome.reason === 'unsupported') return undefined
  const text = outcome?.ok ? say(outcome.rows) : undefined
  if (text !== undefined) return { name, text, unknown: false }
  const why = outcome && !outcome.ok ? `${outcome.reason}: ${outcome.detail}` : 'nothing was read'
  return { name, text: `unknown (${why})`, unknown: true }
}

/** A number of the row in words, or undefined where the server has none. */
const put = (row: Row, column: string, words: (value: number) => string): string | undefined => {
  const value = row[column]
  return typeof value === 'number' ? words(value) : undefined
}
const joined = (...parts: (string | undefined)[]): string => parts.filter((p) => p !== undefined).join(', ')
const some = (row: Row, column: string, words: string): string | undefined =>
  put(row, column, (n) => `${formatCount(n)} ${words}`)

/** Counters that began a minute ago prove little, and a crash empties them without a word. */
const statistics = (row: Row): string | undefined =>
  put(row, 'seconds', (seconds) => `counted for ${formatSeconds(seconds)}, since ${String(row.because)}`)

const connections = (row: Row): string =>
  joined(
    put(
      row,
      'used',
      (used) => `${formatCount(used)}${put(row, 'usable', (n) => ` of ${formatCount(n)}`) ?? ''}`,
    ),
    some(row, 'active', 'active'),
    some(row, 'idle', 'idle'),
    row.idle_in_transaction ? some(row, 'idle_in_transaction', 'idle in transaction') : undefined,
    row.aborted ? some(row, 'aborted', 'in an aborted transaction') : undefined,
    row.hidden ? some(row, 'hidden', 'not telling what they do') : undefined,
    row.waiting_on_lock ? some(row, 'waiting_on_lock', 'waiting on a lock') : undefined,
  )

const queries = (row: Row): string =>
  joined(
    put(row, 'average', (s) => `${formatSeconds(s)} on average`),
    put(row, 'p95', (s) => `P95 ${formatSeconds(s)}`),
    put(row, 'calls', (n) => `${plural(n, 'call')} in ${put(row, 'window', formatSeconds) ?? 'the window'}`),
    put(row, 'slow_statements', (n) => `${formatCount(n)} slow`),
  ) || 'none ran'

const transactions = (row: Row): string =>
  joined(
    put(row, 'transactions', (n) => `${formatCount(n)}/s`),
    put(row, 'rollback_ratio', (r) => `${formatRatio(r)} rolled back`),
    put(row, 'cache_hit', (r) => `cache hit ${formatRatio(r)}`),
  )

const storage = (row: Row): string =>
  joined(
    put(row, 'database', (b) => {
      const limit = put(row, 'limit', (l) => ` of ${formatBytes(l)}`) ?? ''
      return `${formatBytes(b)}${limit}${put(row, 'used', (r) => ` (${formatRatio(r)})`) ?? ''}`
    }),
    put(row, 'wal', (b) => `WAL ${formatBytes(b)}`),
    row.temp ? put(row, 'temp', (b) => `temporary files ${formatBytes(b)}`) : undefined,
  )

function locks(rows: readonly Row[]): string {
  const roots = rows.filter((r) => r.is_root === true).length
  const blocked = rows.length - roots
  return blocked === 0 ? 'nobody waits' : `${plural(blocked, 'session')} blocked by ${formatCount(roots)}`
}

function replication(rows: readonly Row[]): string {
  if (rows.length === 0) return 'none'
  return rows
    .map((row) => {
      const lag = put(row, 'lag_seconds', formatSeconds) ?? put(row, 'lag_bytes', formatBytes)
      return joined(
        `${String(row.standby)} ${String(row.state)}`,
        lag && `${lag} behind`,
        row.flush_bytes && row.flush_bytes !== row.lag_bytes
          ? put(row, 'flush_bytes', (b) => `${formatBytes(b)} not on its disk`)
          : undefined,
      )
    })
    .join('; ')
}
