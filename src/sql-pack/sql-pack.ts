import { isDeepStrictEqual } from 'node:util'
import { AppError } from '../core/errors.ts'
import { type Connection, openConnection } from '../postgres/connection.ts'
import type { ConnectionSpec } from '../postgres/url.ts'
import { loadPack, type Pack } from './pack.ts'
import { type PackChange, type PackRequest, planPackChange } from './pack-change.ts'
import { type PackState, readPackState } from './pack-state.ts'
import { splitStatements } from './split-statements.ts'

/** One at a time in a database; any number that nobody else uses. */
const LOCK = 7_403_551_804_117
/** Waiting longer than this for a lock, in ms, would let others queue up behind. */
const LOCK_TIMEOUT = 3_000
const STATEMENT_TIMEOUT = 60_000
const LOGIN_TIMEOUT = 10_000

/** The SQL pack of one database. Close it when done. */
export interface SqlPack {
  /** The version that this pgtend would install. */
  readonly version: number
  state(): Promise<PackState>
  /** What a request would do. Throws AppError `sql-pack`. */
  plan(request: PackRequest): Promise<PackChange>
  /**
   * Does what was planned, in one transaction. Throws AppError `plan-changed` where the database is no longer as it was
   * then, and `sql-pack` where PostgreSQL refuses; nothing is changed then.
   */
  apply(request: PackRequest, change: PackChange): Promise<void>
  close(): Promise<void>
}

/** Connects to a database. Throws AppError as `connect` does. */
export async function openSqlPack(spec: ConnectionSpec, pack: Pack = loadPack()): Promise<SqlPack> {
  const connection = await openConnection(spec, LOGIN_TIMEOUT)
  const plan = async (request: PackRequest) =>
    planPackChange(pack, await readPackState(connection, request.grant), request)
  return {
    version: pack.version,
    state: () => inTransaction(connection, 'BEGIN READ ONLY', () => readPackState(connection)),
    plan: (request) => inTransaction(connection, 'BEGIN READ ONLY', () => plan(request)),
    apply: (request, change) =>
      inTransaction(connection, 'BEGIN', async () => {
        await connection.query('SELECT pg_advisory_xact_lock($1)', [LOCK])
        if (!isDeepStrictEqual(await plan(request), change)) {
          throw new AppError('plan-changed', 'somebody else installed or changed the pack meanwhile')
        }
        for (const statement of splitStatements(change.script)) await connection.query(statement)
      }),
    close: () => connection.end(),
  }
}

/** What is set goes with the transaction, so it works behind a transaction pooler as well. */
async function inTransaction<T>(
  connection: Connection,
  // Never READ WRITE: where the host made the database read-only, that would go round it.
  begin: 'BEGIN READ ONLY' | 'BEGIN',
  work: () => Promise<T>,
): Promise<T> {
  try {
    await connection.query(begin)
    await connection.query(
      `SELECT set_config('lock_timeout', $1, true), set_config('statement_timeout', $2, true),
      set_config('search_path', 'pg_catalog, pg_temp', true), set_config('check_function_bodies', 'on', true)`,
      [String(LOCK_TIMEOUT), String(STATEMENT_TIMEOUT)],
    )
    const result = await work()
    await connection.query('COMMIT')
    return result
  } catch (error) {
    if (connection.lost !== undefined && !(error instanceof AppError)) {
      throw new AppError('unreachable', `${connection.where}: ${connection.lost}`, { cause: error })
    }
    await connection.query('ROLLBACK').catch(() => undefined)
    throw explained(error)
  }
}

interface ServerError extends Error {
  readonly code?: string
  readonly detail?: string
}

/** What PostgreSQL said, as an error that a user can do something about. */
function explained(error: unknown): unknown {
  const { code, message, detail } = error as ServerError
  if (error instanceof AppError || code === undefined || !/^[0-9A-Z]{5}$/.test(code)) return error
  const said = [message, detail].filter(Boolean).join(': ')
  const because: Record<string, string> = {
    '2BP01': 'something that is not the pack’s depends on it',
    '42501': 'this role may not do it',
    '25006': 'the server is read-only',
    '55P03': 'somebody else holds a lock on it',
  }
  const reason = because[code]
  return new AppError('sql-pack', reason ? `${reason}. ${said}` : said, { cause: error })
}
