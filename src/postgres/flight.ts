import type { AppError } from '../core/errors.ts'
import { quoteIdentifier } from '../core/identifier.ts'
import { type Failure, fail, type Outcome, ok } from '../core/outcome.ts'
import { type Probe, sqlFor } from '../core/probe.ts'
import type { Capabilities } from '../core/server.ts'
import { type Bundle, bundleSql, receiveBundle } from './bundle.ts'
import { type ColumnTable, columnTable } from './column-table.ts'
import { lostError } from './connect-error.ts'
import type { Connection, TextResult } from './connection.ts'
import { withDeadline } from './deadline.ts'
import { failureOf, obstacle, sqlstateOf } from './outcome-of.ts'
import { parseRows, SpecError, type TextRow } from './parse-rows.ts'
import { isLostPlan } from './plan-names.ts'
import { tagged } from './tag.ts'
import { BEGIN, CLOCK, COMMIT, ROLLBACK_TO, SAVEPOINT, SET, settingsFor } from './transaction.ts'

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

/** What a session remembers from flight to flight. */
export interface FlightMemory {
  /** Whether a probe worked the last time. Those that did are sent without a savepoint, those that did not on their own. */
  readonly worked: Map<Probe, boolean>
  /** Time on the server of each at its last timing, in ms. */
  readonly ms: Map<Probe, number>
  /** When that was, on our own clock. */
  timedAt: number
}

export const newMemory = (): FlightMemory => ({
  worked: new Map(),
  ms: new Map(),
  timedAt: Number.NEGATIVE_INFINITY,
})

/** How long a timing of the probes holds, in ms: to ask for the clock between them costs as much as a small probe. */
const TIMING_AGE = 300_000

/** What comes often is kept on the server as a plan, and sent without a savepoint once it has worked. */
const isFrequent = (probe: Probe): boolean => probe.every === 'tick' || probe.every === 'minute'

/** What is sent as one statement: a probe, or several small ones of a cadence. */
type Unit = readonly FlightRequest[]

/** In the order of the requests, each bundle at the place of its first. */
function unitsOf(requests: readonly FlightRequest[], memory: FlightMemory): readonly Unit[] {
  const bundles = new Map<unknown, FlightRequest[]>()
  for (const request of requests) {
    const { probe, values } = request
    const alone = values !== undefined || probe.large || memory.worked.get(probe) === false
    const key = alone ? request : probe.every
    const bundle = bundles.get(key)
    if (bundle) bundle.push(request)
    else bundles.set(key, [request])
  }
  return [...bundles.values()]
}

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
  const settings = settingsFor({
    ...{ statementTimeout, lockTimeout: options.lockTimeout ?? 300, deadline },
    searchPath: searchPath(left, server),
  })
  const timed =
    begun - memory.timedAt > TIMING_AGE || left.some(({ probe }) => memory.ms.get(probe) === undefined)
  let told: { readonly at: number; readonly inRecovery: boolean } | undefined
  for (const careful of [false, true]) {
    if (told !== undefined && left.length === 0) break
    const within = Math.max(1, deadline - (performance.now() - begun))
    const units = careful ? left.map((request) => [request]) : unitsOf(left, memory)
    const sent = connection.together(() =>
      send(connection, server, units, settings, memory, { careful, timed }),
    )
    const { value, late } = await withDeadline(connection, within, sent).catch((error: unknown) => {
      throw gone(connection, error)
    })
    const first = value.prelude.result?.rows[0]
    if (!careful && !first && isLostPlan(value.prelude.error)) continue
    if (!first || (connection.lost !== undefined && !late)) throw gone(connection, value.prelude.error)
    const at = Number(first[0]) * 1000
    told ??= { at, inRecovery: first[1] === 't' }
    let before = at
    const again: FlightRequest[] = []
    for (const [i, answer] of value.answers.entries()) {
      for (const [nth, request] of (units[i] as Unit).entries()) {
        const { probe } = request
        const part = answer.bundle?.parts[nth]
        const own = part
          ? { result: { fields: Object.keys(probe.columns), types: [], rows: part.rows } }
          : answer
        if (!late && !careful && own.error !== undefined && isCollateral(answer, nth)) {
          again.push(request)
          continue
        }
        const clock = part?.clock ?? Number(answer.clock?.rows[0]?.[0] ?? Number.NaN) * 1000
        // A probe that the deadline overtook has no end: it takes the rest of the flight's time.
        const after = Number.isNaN(clock) ? Math.max(before, at + performance.now() - begun) : clock
        if (timed || part) memory.ms.set(probe, after - (part?.from ?? before))
        const result = landed(probe, server, own, memory.ms.get(probe) ?? 0, late ? deadline : undefined)
        results.set(probe.name, result)
        memory.worked.set(probe, result.outcome.ok)
        before = after
      }
    }
    left = again
  }
  if (timed) memory.timedAt = begun
  const { at, inRecovery } = told as { at: number; inRecovery: boolean }
  return { at: Math.round(at), ms: performance.now() - begun, results, inRecovery }
}

/**
 * Failed only because something else did: what came before it in the transaction (25P02) or in its bundle, or the server
 * has no plan of it any more.
 */
const isCollateral = ({ error, bundle }: Answer, nth: number): boolean =>
  sqlstateOf(error) === '25P02' ||
  isLostPlan(error) ||
  (bundle !== undefined && !(bundle.began && nth === bundle.parts.length))

interface Answer {
  readonly result?: TextResult
  readonly table?: ColumnTable | undefined
  readonly bundle?: Bundle | undefined
  readonly error?: unknown
  readonly clock?: TextResult | undefined
}

/** Sends the whole transaction at once and waits for every answer. */
async function send(
  connection: Connection,
  server: Capabilities,
  units: readonly Unit[],
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
  const isBare = (unit: Unit): boolean =>
    !careful && unit.every(({ probe }) => isFrequent(probe) && memory.worked.get(probe))
  const around = [query(BEGIN)]
  const prelude = query(SET, settings, { prepared: direct })
  if (!units.every(isBare)) around.push(query(SAVEPOINT))
  const answers = units.map((unit) => {
    const [{ probe, values }, ...others] = unit as [FlightRequest, ...FlightRequest[]]
    const table = probe.large ? columnTable(probe.columns) : undefined
    const bundle = others.length > 0 ? receiveBundle() : undefined
    const sql = bundle
      ? tagged(
          probe.every,
          bundleSql(
            unit.map((r) => r.probe),
            server.major,
          ),
        )
      : tagged(probe.name, sqlFor(probe, server.major) as string)
    const options = { prepared: direct && isFrequent(probe), receiver: bundle ?? table }
    const answer = query(sql, values && [values], options)
    if (!isBare(unit)) around.push(query(ROLLBACK_TO))
    const clock = timed && !bundle ? query(CLOCK, undefined, { prepared: direct }) : undefined
    return async (): Promise<Answer> => ({ ...(await answer), table, bundle, clock: (await clock)?.result })
  })
  around.push(query(COMMIT))
  const [begun] = await Promise.all(around)
  // Where not even the transaction began, that says why; what came after says less.
  return {
    prelude: begun?.error === undefined ? await prelude : begun,
    answers: await Promise.all(answers.map((settled) => settled())),
  }
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
  const said = error instanceof Error ? error.message : 'the session ended'
  return lostError(connection.where, sqlstateOf(error) === undefined ? (connection.lost ?? said) : said)
}
