import { AppError } from '../core/errors.ts'
import { quoteIdentifier } from '../core/identifier.ts'
import { type Failure, fail, type Outcome, ok } from '../core/outcome.ts'
import { type Probe, sqlFor } from '../core/probe.ts'
import type { Capabilities } from '../core/server.ts'
import { type ColumnTable, columnTable } from './column-table.ts'
import type { Connection, TextResult } from './connection.ts'
import { withDeadline } from './deadline.ts'
import { failureOf, obstacle, sqlstateOf } from './outcome-of.ts'
import { parseRows, SpecError, type TextRow } from './parse-rows.ts'
import { isLostPlan } from './plan-names.ts'
import { tagged } from './tag.ts'

export interface FlightRequest {
  readonly probe: Probe
  /** Bound to `$1` as an array, for lookups. */
  readonly values?: readonly (string | number)[]
}

export interface FlightOptions {
  /** Of each probe, on the server, in ms. Default 5000. */
  readonly statementTimeout?: number
  /** How long a probe may wait for a lock, in ms. Default 300. */
  readonly lockTimeout?: number
  /** Of the whole flight, kept by us, in ms. Default three statement timeouts. */
  readonly deadline?: number
}

export interface ProbeResult {
  readonly outcome: Outcome
  /** Time on the server by its own clock, in ms, as of the last timing: at most some minutes ago. */
  readonly ms: number
  readonly rows: number
  /** Length of all values as text. */
  readonly bytes: number
}

export interface Flight {
  /** The server's clock when the flight began, epoch ms. */
  readonly at: number
  readonly ms: number
  readonly results: ReadonlyMap<string, ProbeResult>
}

/** What a flight also learns about the server. */
export interface Landing extends Flight {
  readonly inRecovery: boolean
}

// Tagged too, or an idle server's busiest statements would be ours.
const BEGIN = tagged('flight', 'BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY')
const SAVEPOINT = tagged('flight', 'SAVEPOINT p')
const ROLLBACK_TO = tagged('flight', 'ROLLBACK TO p')
/** Nothing was written; a ROLLBACK would count among the application's failed transactions. */
const COMMIT = tagged('flight', 'COMMIT')
const CLOCK = tagged('clock', 'SELECT extract(epoch FROM clock_timestamp())')

// A database in SQL_ASCII may hold names that are no UTF-8: they come as they are, and what can't be read in them is replaced.
const SET = tagged(
  'settings',
  `SELECT extract(epoch FROM clock_timestamp()), pg_is_in_recovery(),
  set_config('statement_timeout', $1, true), set_config('lock_timeout', $2, true),
  set_config('idle_in_transaction_session_timeout', $3, true), set_config('work_mem', '32MB', true),
  set_config('jit', 'off', true), set_config('max_parallel_workers_per_gather', '0', true),
  set_config('extra_float_digits', '1', true), set_config('search_path', $4, true),
  set_config('client_encoding', CASE current_setting('server_encoding') WHEN 'SQL_ASCII' THEN 'SQL_ASCII'
    ELSE current_setting('client_encoding') END, true)`,
)

/** What a session remembers from flight to flight. */
export interface FlightMemory {
  /** Probes that have worked on this connection: they are sent without a savepoint. */
  readonly proven: Set<Probe>
  /** Time on the server of each at its last timing, in ms. */
  readonly ms: Map<Probe, number>
  /** When that was, on our own clock. */
  timedAt: number
}

export const newMemory = (): FlightMemory => ({
  proven: new Set(),
  ms: new Map(),
  timedAt: Number.NEGATIVE_INFINITY,
})

/** How long a timing of the probes holds, in ms: to ask for the clock between them costs as much as a small probe. */
const TIMING_AGE = 300_000

/** What comes often is kept on the server as a plan, and sent without a savepoint once it has worked. */
const isFrequent = (probe: Probe): boolean => probe.every === 'tick' || probe.every === 'minute'

/**
 * Runs the probes that can work here in one read-only transaction and one round trip. A probe's failure is its outcome.
 * Nothing that is set outlives the transaction. A probe that worked before is sent bare; where it fails all the same, those
 * after it are asked again in a second round trip. All others give their locks back before the next one runs.
 * Throws AppError `unreachable` when the connection is lost.
 */
export async function runFlight(
  connection: Connection,
  server: Capabilities,
  requests: readonly FlightRequest[],
  options: FlightOptions = {},
  memory: FlightMemory = newMemory(),
): Promise<Landing> {
  const statementTimeout = options.statementTimeout ?? 5000
  const deadline = options.deadline ?? 3 * statementTimeout
  const begun = performance.now()
  const results = new Map<string, ProbeResult>()
  let left: readonly FlightRequest[] = requests.filter(({ probe }) => {
    const blocked = obstacle(probe, server)
    if (blocked) results.set(probe.name, { outcome: blocked, ms: 0, rows: 0, bytes: 0 })
    return blocked === undefined
  })
  const settings = [
    `${statementTimeout}`,
    `${options.lockTimeout ?? 300}`,
    `${deadline + 1000}`,
    searchPath(left, server),
  ]
  const timed =
    begun - memory.timedAt > TIMING_AGE || left.some(({ probe }) => memory.ms.get(probe) === undefined)
  let told: { readonly at: number; readonly inRecovery: boolean } | undefined
  for (const careful of [false, true]) {
    if (told !== undefined && left.length === 0) break
    const within = Math.max(1, deadline - (performance.now() - begun))
    const sent = connection.together(() =>
      send(connection, server, left, settings, memory, { careful, timed }),
    )
    const { value, late } = await withDeadline(connection, within, sent)
    const first = value.prelude.result?.rows[0]
    if (!careful && !first && isLostPlan(value.prelude.error)) continue
    if (!first || (connection.lost !== undefined && !late)) throw gone(connection, value.prelude.error)
    const at = Number(first[0]) * 1000
    told ??= { at, inRecovery: first[1] === 't' }
    let before = at
    const again: FlightRequest[] = []
    for (const [i, request] of left.entries()) {
      const { probe } = request
      const answer = value.answers[i] as Answer
      if (!late && !careful && isCollateral(answer.error)) {
        again.push(request)
        continue
      }
      const clock = answer.clock?.rows[0]?.[0]
      // A probe that the deadline overtook has no end: it takes the rest of the flight's time.
      const after = clock == null ? Math.max(before, at + performance.now() - begun) : Number(clock) * 1000
      if (timed) memory.ms.set(probe, after - before)
      const result = landed(probe, server, answer, memory.ms.get(probe) ?? 0, late ? deadline : undefined)
      results.set(probe.name, result)
      if (result.outcome.ok) memory.proven.add(probe)
      else memory.proven.delete(probe)
      before = after
    }
    left = again
  }
  if (timed) memory.timedAt = begun
  const { at, inRecovery } = told as { at: number; inRecovery: boolean }
  return { at: Math.round(at), ms: performance.now() - begun, results, inRecovery }
}

/** Failed only because something before it did (25P02), or because the server has no plan of it any more. */
const isCollateral = (error: unknown): boolean => sqlstateOf(error) === '25P02' || isLostPlan(error)

interface Answer {
  readonly result?: TextResult
  readonly table?: ColumnTable | undefined
  readonly error?: unknown
  readonly clock?: TextResult | undefined
}

/** Sends the whole transaction at once and waits for every answer. */
async function send(
  connection: Connection,
  server: Capabilities,
  requests: readonly FlightRequest[],
  settings: readonly string[],
  memory: FlightMemory,
  { careful, timed }: { readonly careful: boolean; readonly timed: boolean },
): Promise<{ prelude: Answer; answers: readonly Answer[] }> {
  // Plans live as long as the server's session, which behind a pooler isn't ours.
  const direct = server.pooler === 'none'
  const query = (...asked: Parameters<Connection['query']>): Promise<Answer> =>
    connection.query(...asked).then(
      (result) => ({ result }),
      (error: unknown) => ({ error }),
    )
  const isBare = (probe: Probe): boolean => !careful && isFrequent(probe) && memory.proven.has(probe)
  const around = [query(BEGIN)]
  const prelude = query(SET, settings, { prepared: direct })
  if (!requests.every(({ probe }) => isBare(probe))) around.push(query(SAVEPOINT))
  const answers = requests.map(({ probe, values }) => {
    const table = probe.large ? columnTable(probe.columns) : undefined
    const sql = tagged(probe.name, sqlFor(probe, server.major) as string)
    const options = { prepared: direct && isFrequent(probe), receiver: table }
    const answer = query(sql, values && [values], options)
    if (!isBare(probe)) around.push(query(ROLLBACK_TO))
    const clock = timed ? query(CLOCK, undefined, { prepared: direct }) : undefined
    return async (): Promise<Answer> => ({ ...(await answer), table, clock: (await clock)?.result })
  })
  around.push(query(COMMIT))
  await Promise.all(around)
  return { prelude: await prelude, answers: await Promise.all(answers.map((settled) => settled())) }
}

function landed(
  probe: Probe,
  server: Capabilities,
  { result, table, error }: Answer,
  ms: number,
  late: number | undefined,
): ProbeResult {
  if (!result) return { outcome: failure(error, probe, server, late), ms, rows: 0, bytes: 0 }
  const rows = table ? table.length : result.rows.length
  return {
    outcome: parsed(probe, result, table),
    ms,
    rows,
    bytes: table ? table.bytes : lengthOf(result.rows),
  }
}

function failure(error: unknown, probe: Probe, server: Capabilities, late: number | undefined): Failure {
  // After the deadline the server's "canceled" is our own doing, and what never ran has no SQLSTATE.
  const ours = late !== undefined && (sqlstateOf(error) ?? '57014') === '57014'
  return ours
    ? fail('timeout', `the whole reading took longer than ${late} ms`)
    : failureOf(error, probe, server)
}

function parsed(probe: Probe, result: TextResult, table: ColumnTable | undefined): Outcome {
  try {
    const rows = table ? table.rows(result.fields) : parseRows(probe.columns, result.fields, result.rows)
    if (probe.rows === 'one' && rows.length !== 1)
      return fail('failed', `it gave ${rows.length} rows in place of one`)
    return ok(rows)
  } catch (error) {
    if (error instanceof SpecError) return fail('failed', error.message)
    throw error
  }
}

function lengthOf(rows: readonly TextRow[]): number {
  let length = 0
  for (const row of rows) for (const text of row) length += text === null ? 0 : text.length
  return length
}

/** pg_temp last: a pooled session may hold another client's temporary tables, which would else come first. */
function searchPath(requests: readonly FlightRequest[], server: Capabilities): string {
  const schemas = requests.map(({ probe }) => probe.extension && server.extensions[probe.extension]?.schema)
  const own = [...new Set(schemas)].filter((s) => s !== undefined && s !== 'pg_catalog') as string[]
  return ['pg_catalog', ...own.map(quoteIdentifier), 'pg_temp'].join(', ')
}

function gone(connection: Connection, error: unknown): AppError {
  const why = connection.lost ?? (error instanceof Error ? error.message : 'the session ended')
  return new AppError('unreachable', `${connection.where}: ${why}`)
}
