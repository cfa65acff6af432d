import { AppError } from '../core/errors.ts'
import { quoteIdentifier } from '../core/identifier.ts'
import { type Failure, fail, type Outcome, ok } from '../core/outcome.ts'
import { type Probe, sqlFor } from '../core/probe.ts'
import type { Capabilities } from '../core/server.ts'
import type { Connection, TextResult } from './connection.ts'
import { withDeadline } from './deadline.ts'
import { failureOf, obstacle, sqlstateOf } from './outcome-of.ts'
import { parseRows, SpecError, type TextRow } from './parse-rows.ts'
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
  /** Time on the server, by its own clock, in ms. */
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

/**
 * Runs the probes that can work here in one read-only transaction and one round trip. A probe's failure is its outcome.
 * Nothing that is set outlives the transaction, and each probe gives its locks back before the next one.
 * Throws AppError `unreachable` when the connection is lost.
 */
export async function runFlight(
  connection: Connection,
  server: Capabilities,
  requests: readonly FlightRequest[],
  options: FlightOptions = {},
): Promise<Landing> {
  const statementTimeout = options.statementTimeout ?? 5000
  const deadline = options.deadline ?? 3 * statementTimeout
  const begun = performance.now()
  const results = new Map<string, ProbeResult>()
  const possible: FlightRequest[] = []
  for (const request of requests) {
    const blocked = obstacle(request.probe, server)
    if (blocked) results.set(request.probe.name, { outcome: blocked, ms: 0, rows: 0, bytes: 0 })
    else possible.push(request)
  }
  const settings = [
    `${statementTimeout}`,
    `${options.lockTimeout ?? 300}`,
    `${deadline + 1000}`,
    searchPath(possible, server),
  ]
  const { value, late } = await withDeadline(
    connection,
    deadline,
    send(connection, server, possible, settings),
  )
  const { prelude, answers, clocks } = value
  const first = prelude.result?.rows[0]
  if (!first || (connection.lost !== undefined && !late)) throw gone(connection, prelude.error)
  const ms = performance.now() - begun
  const at = Number(first[0]) * 1000
  let before = at
  for (const [i, { probe }] of possible.entries()) {
    const clock = clocks[i]?.result?.rows[0]?.[0]
    // A probe that the deadline overtook has no end: it takes the rest of the flight's time.
    const after = clock == null ? Math.max(before, at + ms) : Number(clock) * 1000
    results.set(
      probe.name,
      landed(probe, server, answers[i] ?? {}, after - before, late ? deadline : undefined),
    )
    before = after
  }
  return { at: Math.round(at), ms, results, inRecovery: first[1] === 't' }
}

interface Answer {
  readonly result?: TextResult
  readonly error?: unknown
}

/** Sends the whole transaction at once and waits for every answer. */
async function send(
  connection: Connection,
  server: Capabilities,
  requests: readonly FlightRequest[],
  settings: readonly string[],
): Promise<{ prelude: Answer; answers: readonly Answer[]; clocks: readonly Answer[] }> {
  const query = (text: string, values?: readonly unknown[]): Promise<Answer> =>
    connection.query(text, values).then(
      (result) => ({ result }),
      (error: unknown) => ({ error }),
    )
  const answers: Promise<Answer>[] = []
  const clocks: Promise<Answer>[] = []
  const begin = query(BEGIN)
  const prelude = query(SET, settings)
  const around = [begin, query(SAVEPOINT)]
  for (const { probe, values } of requests) {
    answers.push(query(tagged(probe.name, sqlFor(probe, server.major) as string), values && [values]))
    around.push(query(ROLLBACK_TO))
    clocks.push(query(CLOCK))
  }
  around.push(query(COMMIT))
  await Promise.all(around)
  return { prelude: await prelude, answers: await Promise.all(answers), clocks: await Promise.all(clocks) }
}

function landed(
  probe: Probe,
  server: Capabilities,
  { result, error }: Answer,
  ms: number,
  late: number | undefined,
): ProbeResult {
  if (!result) return { outcome: failure(error, probe, server, late), ms, rows: 0, bytes: 0 }
  return { outcome: parsed(probe, result), ms, rows: result.rows.length, bytes: lengthOf(result.rows) }
}

function failure(error: unknown, probe: Probe, server: Capabilities, late: number | undefined): Failure {
  // After the deadline the server's "canceled" is our own doing, and what never ran has no SQLSTATE.
  const ours = late !== undefined && (sqlstateOf(error) ?? '57014') === '57014'
  return ours
    ? fail('timeout', `the whole reading took longer than ${late} ms`)
    : failureOf(error, probe, server)
}

function parsed(probe: Probe, result: TextResult): Outcome {
  try {
    const rows = parseRows(probe.columns, result.fields, result.rows)
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
