import { setTimeout as sleep } from 'node:timers/promises'
import type { Query } from '../core/action.ts'
import type { ActionSession, Backend } from '../core/action-session.ts'
import { AppError } from '../core/errors.ts'
import type { Capabilities } from '../core/server.ts'
import { readCapabilities, refuseOld } from './capabilities.ts'
import { type Connection, openConnection } from './connection.ts'
import { sqlstateOf } from './outcome-of.ts'
import { typedRows } from './typed-rows.ts'
import type { ConnectionSpec } from './url.ts'

const APPLICATION = 'pgtend action'
/** Of what is read while planning and verifying, in ms. Never queues behind a lock for long. */
const READ_TIMEOUT = 15_000
const READ_LOCK_TIMEOUT = 1_000
const CANCEL_TIMEOUT = 2_000
const CANCEL_AGAIN = 500

/**
 * Opens a session to act through. Throws AppError as `connect` does, and `needs-direct` behind a transaction pooler: there a timeout that is set
 * stays with somebody else's session, and a cancel may hit another's query.
 */
export async function openActionSession(
  spec: ConnectionSpec,
  { timeout = 10_000 }: { readonly timeout?: number } = {},
): Promise<ActionSession> {
  const connection = await openConnection(spec, timeout, APPLICATION)
  try {
    refuseOld(connection.serverVersion)
    const capabilities = await readCapabilities(connection, spec)
    if (capabilities.pooler === 'transaction') throw new AppError('needs-direct', spec.redacted)
    const [own] = typedRows(await connection.query(SELF))
    const backend = own as unknown as Backend
    return makeSession(connection, capabilities, backend)
  } catch (error) {
    connection.destroy('it can not be acted through')
    throw error
  }
}

const SELF = `SELECT /* pgtend */ pid, to_char(backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "backendStart"
  FROM pg_catalog.pg_stat_activity WHERE pid = pg_catalog.pg_backend_pid()`

/** Timeouts that a role or database may bring along would cut a long step off. Absent ones are skipped. */
const setAll = (local: boolean, statement: number, lock: number): string =>
  `SELECT set_config(name, v.value, ${local}) FROM pg_catalog.pg_settings JOIN (VALUES
    ('statement_timeout', '${statement}'), ('lock_timeout', '${lock}'), ('transaction_timeout', '0'),
    ('idle_in_transaction_session_timeout', '60000'), ('client_min_messages', 'notice')) AS v(name, value) USING (name)`

function makeSession(connection: Connection, capabilities: Capabilities, backend: Backend): ActionSession {
  let queue: Promise<unknown> = Promise.resolve()
  let cancelled = false
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const run = queue.then(work)
    queue = run.catch(() => undefined)
    return run
  }
  const alive = () => {
    if (connection.lost !== undefined)
      throw new AppError('unreachable', `${connection.where}: ${connection.lost}`)
  }
  const ask = async (sql: string, values?: readonly unknown[]) =>
    typedRows(await connection.query(sql, values))

  const read = async <T>(work: (query: Query) => Promise<T>): Promise<T> => {
    alive()
    try {
      await ask('BEGIN READ ONLY')
      await ask(setAll(true, READ_TIMEOUT, READ_LOCK_TIMEOUT))
      // Names that a role has planted in its own schemas must not be found before PostgreSQL's.
      await ask(`SELECT set_config('search_path', 'pg_catalog, pg_temp', true)`)
      return await work(ask)
    } catch (error) {
      throw failure(error, connection)
    } finally {
      if (connection.lost === undefined) await ask('ROLLBACK').catch(() => undefined)
    }
  }

  const execute: ActionSession['execute'] = async (step, { signal, onNotice } = {}) => {
    alive()
    cancelled = false
    const isCancelled = () => cancelled || signal?.aborted === true
    if (isCancelled()) throw new AppError('step-cancelled', 'before it began')
    const deaf = connection.onNotice(({ severity, message }) => onNotice?.(`${severity}: ${message}`))
    let ending: Promise<void> | undefined
    let settled = false
    // Asked again: a request that comes before the statement does finds nothing to cancel.
    const stop = async () => {
      while (!settled && connection.lost === undefined) {
        await connection.cancel(CANCEL_TIMEOUT)
        if (!settled) await sleep(CANCEL_AGAIN)
      }
    }
    const onAbort = () => {
      ending ??= stop()
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      if (step.transactional) await ask('BEGIN')
      await ask(setAll(step.transactional, step.timeout, step.lockTimeout))
      // Between the two a cancel finds nothing to end.
      if (isCancelled()) throw new AppError('step-cancelled', 'before it began')
      const rows = await ask(step.sql, step.values)
      if (step.transactional) await ask('COMMIT')
      return { rows }
    } catch (error) {
      throw failure(error, connection, isCancelled())
    } finally {
      settled = true
      deaf()
      signal?.removeEventListener('abort', onAbort)
      await ending
      // A request that came too late must hit this and not what follows.
      if (ending && connection.lost === undefined) await ask('SELECT 1').catch(() => undefined)
      // Ends a transaction that failed; otherwise it only warns.
      if (connection.lost === undefined && step.transactional) await ask('ROLLBACK').catch(() => undefined)
    }
  }

  return {
    ...backend,
    capabilities,
    get open() {
      return connection.lost === undefined
    },
    read: (work) => inTurn(() => read(work)),
    execute: (step, options) => inTurn(() => execute(step, options)),
    async cancel() {
      cancelled = true
      await connection.cancel(CANCEL_TIMEOUT)
    },
    close: () => connection.end(),
  }
}

/** What a server's error means for an action. */
function failure(error: unknown, connection: Connection, cancelled = false): Error {
  if (error instanceof AppError) return error
  const code = sqlstateOf(error)
  const said = error instanceof Error ? error.message : String(error)
  // 57P01 to 57P03: the server or somebody ended the session.
  if (connection.lost !== undefined || code === undefined || code.startsWith('57P'))
    return new AppError('unreachable', `${connection.where}: ${connection.lost ?? said}`)
  if (code === '57014' && cancelled) return new AppError('step-cancelled', said)
  if (code === '55P03') return new AppError('step-failed', `another session holds a lock on it (${said})`)
  return new AppError('step-failed', `${said} (${code})`)
}
