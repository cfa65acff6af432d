/**
 * EXPLAIN on the watched database: one read-only transaction, extended protocol, rolled back. Parameters are planned generically by a prepared
 * statement, which works alike on PostgreSQL 14 to 18: EXPLAIN (GENERIC_PLAN) fails over the extended protocol.
 */
import { randomBytes } from 'node:crypto'
import type { Query } from '../core/action.ts'
import { AppError } from '../core/errors.ts'
import { quoteIdentifier } from '../core/identifier.ts'
import { refuseOld } from './capabilities.ts'
import { type Connection, openConnection } from './connection.ts'
import { withDeadline } from './deadline.ts'
import { sqlstateOf } from './outcome-of.ts'
import { typedRows } from './typed-rows.ts'
import type { ConnectionSpec } from './url.ts'

export interface ExplainRequest {
  /** One statement that PREPARE takes. The caller has parsed it. */
  readonly sql: string
  /** How many `$n` it has. */
  readonly parameters: number
  /** Text of each parameter, null for NULL; without them it is planned generically. */
  readonly values?: readonly (string | null)[]
  /** The role that it is planned as, where pgtend may become it. */
  readonly role?: string
  /** More than ALTER ROLE … SET gives that role: search_path, planner settings, `request.jwt.claims`. */
  readonly settings?: Readonly<Record<string, string>>
  /** Executes it (EXPLAIN ANALYZE), after `prove` has looked at the catalogue and not thrown. */
  readonly analyze?: { readonly prove: (ask: Query) => Promise<void> }
  /** ms; default 5000. */
  readonly timeout?: number
}

export interface ExplainReply {
  /** What EXPLAIN (FORMAT JSON) gave. */
  readonly json: unknown
  /** The role that it was planned as. */
  readonly role: string
  /** Types of the parameters, as PostgreSQL concluded them. */
  readonly types: readonly string[]
  /** Why it was planned as another role than asked for. */
  readonly otherRole?: string
}

export interface Explainer {
  /** Throws AppError: `cannot-explain`, `not-read-only`, `unreachable`. */
  explain(request: ExplainRequest): Promise<ExplainReply>
  close(): Promise<void>
}

const LOCK_TIMEOUT = 300
/** Ours above the server's, in ms. */
const GRACE = 2_000
/** What a caller's settings never set: they would undo the guards. */
const OURS =
  /^(role|session_authorization|transaction_.*|default_transaction_.*|.*_timeout|plan_cache_mode|standard_conforming_strings)$/i

export async function openExplainer(spec: ConnectionSpec, timeout = 5_000): Promise<Explainer> {
  const connection = await openConnection(spec, timeout, 'pgtend explain', false)
  try {
    refuseOld(connection.serverVersion)
  } catch (error) {
    connection.destroy('it is not usable')
    throw error
  }
  let queue: Promise<unknown> = Promise.resolve()
  return {
    explain(request) {
      const run = queue.then(() => explain(connection, request))
      queue = run.catch(() => undefined)
      return run
    },
    close: () => connection.end(),
  }
}

async function explain(connection: Connection, request: ExplainRequest): Promise<ExplainReply> {
  const { timeout = 5_000 } = request
  const ask: Query = async (sql, values) => typedRows(await connection.query(sql, values))
  try {
    await ask('BEGIN READ ONLY')
    const work = inTransaction(ask, request, timeout)
    // Two statements may each take the server's timeout; then the connection is given up.
    return (await withDeadline(connection, 3 * timeout + GRACE, work)).value
  } catch (error) {
    throw failure(error, connection)
  } finally {
    if (connection.lost === undefined) await ask('ROLLBACK').catch(() => undefined)
  }
}

async function inTransaction(ask: Query, request: ExplainRequest, timeout: number): Promise<ExplainReply> {
  const { sql, parameters, values, analyze, role: wanted, settings = {} } = request
  if (values && values.length !== parameters)
    throw new AppError(
      'cannot-explain',
      `it has ${parameters} parameters and ${values.length} values were given`,
    )
  const set = (name: string, value: string) =>
    ask('SELECT pg_catalog.set_config($1, $2, true)', [name, value])
  const otherRole = wanted === undefined ? undefined : await become(ask, wanted)
  if (wanted !== undefined && otherRole === undefined) await adoptSettings(ask, set)
  for (const [name, value] of Object.entries(settings)) {
    if (OURS.test(name)) throw new AppError('cannot-explain', `the setting ${name} can not be given`)
    await set(name, value)
  }
  await set('statement_timeout', String(timeout))
  await set('lock_timeout', String(LOCK_TIMEOUT))
  await set('idle_in_transaction_session_timeout', String(3 * timeout))
  // The parser that has shown it to be one statement reads strings this way.
  await set('standard_conforming_strings', 'on')
  await set('plan_cache_mode', values ? 'force_custom_plan' : 'force_generic_plan')
  const [own] = await ask(`SELECT current_user AS role, pg_catalog.current_setting('search_path') AS path`)
  if (analyze) {
    // Names that somebody has planted must not be found before PostgreSQL's while the catalogue is read.
    await set('search_path', 'pg_catalog, pg_temp')
    await analyze.prove(ask)
    await set('search_path', String(own?.path))
  }
  const how = analyze ? 'ANALYZE, BUFFERS, VERBOSE, FORMAT JSON' : 'VERBOSE, FORMAT JSON'
  const reply = { role: String(own?.role), ...(otherRole && { otherRole }) }
  if (parameters === 0) {
    const rows = await ask(`EXPLAIN (${how}) ${sql}`)
    return { json: planIn(rows), types: [], ...reply }
  }
  if (analyze && !values)
    throw new AppError('cannot-explain', 'to be executed it needs a value for each parameter')
  return { ...(await prepared(ask, sql, how, parameters, values)), ...reply }
}

/** By PREPARE and EXECUTE. The prepared statement is gone afterwards in any case: a pooler may give the session to somebody else. */
async function prepared(
  ask: Query,
  sql: string,
  how: string,
  parameters: number,
  values: readonly (string | null)[] | undefined,
): Promise<{ json: unknown; types: readonly string[] }> {
  const name = `pgtend_${randomBytes(6).toString('hex')}`
  await ask(`PREPARE ${name} AS ${sql}`)
  await ask('SAVEPOINT pgtend')
  try {
    const [row] = await ask(
      'SELECT array_to_json(parameter_types::text[]) AS types FROM pg_catalog.pg_prepared_statements WHERE name = $1',
      [name],
    )
    const list = Array.from({ length: parameters }, (_, i) => literal(values?.[i] ?? null)).join(', ')
    const explained = async () => planIn(await ask(`EXPLAIN (${how}) EXECUTE ${name}(${list})`))
    const types = row?.types as string[]
    const json = await explained()
    if (values || !PRUNED.test(JSON.stringify(json))) return { json, types }
    // Partitions that NULL would not be in are left out of the output, but not of the cost: prepared again without pruning.
    await ask(`DEALLOCATE ${name}`)
    await ask(`SELECT pg_catalog.set_config('enable_partition_pruning', 'off', true)`)
    await ask(`PREPARE ${name} AS ${sql}`)
    const whole = await explained()
    return { json: costIn(whole) === costIn(json) ? whole : json, types }
  } finally {
    await ask('ROLLBACK TO SAVEPOINT pgtend').catch(() => undefined)
    await ask(`DEALLOCATE ${name}`).catch(() => undefined)
  }
}

/** Under standard_conforming_strings, which is set above. */
const literal = (value: string | null): string => {
  if (value === null) return 'NULL'
  if (value.includes('\0')) throw new AppError('cannot-explain', 'a value has a zero byte')
  return `'${value.replaceAll("'", "''")}'`
}

/** Becomes the role. Returns why it could not. */
async function become(ask: Query, role: string): Promise<string | undefined> {
  await ask('SAVEPOINT pgtend_role')
  try {
    await ask(`SET LOCAL ROLE ${quoteIdentifier(role)}`)
    return undefined
  } catch (error) {
    if (sqlstateOf(error) === undefined) throw error
    await ask('ROLLBACK TO SAVEPOINT pgtend_role')
    return error instanceof Error ? error.message : String(error)
  }
}

/** What ALTER ROLE … SET gives the role at login, as far as it may set it; that for this database comes last. */
async function adoptSettings(
  ask: Query,
  set: (name: string, value: string) => Promise<unknown>,
): Promise<void> {
  const rows = await ask(`SELECT pg_catalog.split_part(line, '=', 1) AS name,
      pg_catalog.substr(line, pg_catalog.strpos(line, '=') + 1) AS value
    FROM pg_catalog.pg_db_role_setting s
    JOIN pg_catalog.pg_roles r ON r.oid = s.setrole AND r.rolname = current_user
    LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase, pg_catalog.unnest(s.setconfig) AS line
    WHERE s.setdatabase = 0 OR d.datname = pg_catalog.current_database() ORDER BY s.setdatabase`)
  for (const { name, value } of rows) {
    if (OURS.test(String(name))) continue
    await ask('SAVEPOINT pgtend_setting')
    try {
      await set(String(name), String(value))
    } catch (error) {
      if (sqlstateOf(error) === undefined) throw error
      await ask('ROLLBACK TO SAVEPOINT pgtend_setting')
    }
  }
}

/** Partitions that were left out when the plan was started, as JSON without blanks. */
const PRUNED = /"Subplans Removed":[1-9]/

const costIn = (json: unknown): unknown =>
  (json as readonly { readonly Plan?: Readonly<Record<string, unknown>> }[])[0]?.Plan?.['Total Cost']

const planIn = (rows: readonly Readonly<Record<string, unknown>>[]): unknown => rows[0]?.['QUERY PLAN']

function failure(error: unknown, connection: Connection): Error {
  if (error instanceof AppError) return error
  const code = sqlstateOf(error)
  const said = error instanceof Error ? error.message : String(error)
  if (connection.lost !== undefined || code?.startsWith('57P'))
    return new AppError('unreachable', `${connection.where}: ${connection.lost ?? said}`)
  if (code === undefined) return error instanceof Error ? error : new Error(said)
  if (code === '57014') return new AppError('cannot-explain', 'it took longer than its time limit')
  if (code === '55P03')
    return new AppError('cannot-explain', 'another session holds a lock on a table that it reads')
  return new AppError('cannot-explain', `${said} (${code})`)
}
