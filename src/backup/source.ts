import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../core/errors.ts'
import { type BulkSession, openBulkSession, stateOf } from '../postgres/bulk-session.ts'
import type { ConnectionSpec } from '../postgres/url.ts'
import { type Inventory, takeInventory } from './inventory.ts'

export const APPLICATION = 'pgtend backup'
/** Milliseconds to wait for a table that somebody holds exclusively. */
const LOCK_WAIT = 60_000
/**
 * The same for the sessions beside the first. They need the locks that it holds already, so whoever keeps them waiting
 * waits for us in turn, to drop or change a table: a new start is quicker than waiting for each other.
 */
export const BESIDE_WAIT = 5000
/** When tables are dropped or rewritten between the snapshot and the locks, both are taken anew. */
const ATTEMPTS = 5
const LOCKED_AT_ONCE = 100

/** A frozen view of a database: the same for every session that takes up the snapshot, until it is closed. */
export interface Source {
  readonly session: BulkSession
  readonly snapshot: string
  readonly inventory: Inventory
  /** Epoch milliseconds. */
  readonly at: number
  /** Another session that sees the same. `locked`: and holds the same locks. */
  beside(locked: boolean): Promise<BulkSession>
  close(): Promise<void>
}

/** What decides how a value is written as text, so that it is the same at the source and where it is restored. */
const SETTINGS: Readonly<Record<string, string>> = {
  search_path: 'pg_catalog, pg_temp',
  client_encoding: 'UTF8',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  extra_float_digits: '1',
  bytea_output: 'hex',
  lc_monetary: 'C',
  row_security: 'off',
  statement_timeout: '0',
  lock_timeout: String(LOCK_WAIT),
  idle_in_transaction_session_timeout: '0',
  // One reader beside the users, not several.
  max_parallel_workers_per_gather: '0',
  jit: 'off',
}

/** Sets what the texts of values depend on, for the transaction or the whole session. */
export async function settle(session: BulkSession, forTransaction: boolean): Promise<void> {
  const settings = { ...SETTINGS, ...(session.capabilities.major >= 17 ? { transaction_timeout: '0' } : {}) }
  await session.query(
    'SELECT set_config(name, value, $3) FROM unnest($1::text[], $2::text[]) AS s (name, value)',
    [Object.keys(settings), Object.values(settings), forTransaction],
  )
}

/**
 * Takes a snapshot and locks every table in it against being dropped or changed; reads and writes go on.
 * Throws AppError: what `openBulkSession` throws, and `backup-failed`.
 */
export async function openSource(spec: ConnectionSpec): Promise<Source> {
  const session = await openBulkSession(spec, APPLICATION)
  try {
    for (let attempt = 1; ; attempt++) {
      const taken = await freeze(session).catch((error: unknown) => {
        // A table was dropped meanwhile.
        if (!['42P01', '3F000'].includes(stateOf(error) ?? '')) throw named(error)
        return undefined
      })
      if (taken)
        return {
          session,
          ...taken,
          beside: (locked) => beside(spec, taken, locked),
          close: () => session.end(),
        }
      await session.query('ROLLBACK')
      if (attempt === ATTEMPTS)
        throw new AppError('backup-failed', 'tables are dropped or rewritten all the time; try again later')
      await sleep(200 * attempt)
    }
  } catch (error) {
    session.destroy('there is nothing to back up')
    throw error
  }
}

async function beside(
  spec: ConnectionSpec,
  { snapshot, inventory }: Frozen,
  locked: boolean,
): Promise<BulkSession> {
  const session = await openBulkSession(spec, APPLICATION)
  if (!locked) return session
  try {
    await session.query(BEGIN)
    // Hexadecimal and dashes: nothing to quote.
    await session.query(`SET TRANSACTION SNAPSHOT '${snapshot}'`)
    await settle(session, true)
    await session.query(`SET LOCAL lock_timeout = ${BESIDE_WAIT}`)
    await lock(session, inventory)
    return session
  } catch (error) {
    session.destroy('the locks were not to be had')
    throw error
  }
}

type Frozen = Pick<Source, 'snapshot' | 'inventory' | 'at'>

async function lock(session: BulkSession, { tables, parents }: Inventory): Promise<void> {
  const locked = [...tables, ...parents]
  for (let from = 0; from < locked.length; from += LOCKED_AT_ONCE) {
    const names = locked.slice(from, from + LOCKED_AT_ONCE).map((t) => `ONLY ${t.sql}`)
    await session.query(`LOCK TABLE ${names.join(', ')} IN ACCESS SHARE MODE`)
  }
}

const BEGIN = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY'

/** Undefined when what is locked is not what the snapshot shows. */
async function freeze(session: BulkSession): Promise<Frozen | undefined> {
  await session.query(BEGIN)
  await settle(session, true)
  const at = Date.now()
  const [row] = await session.query('SELECT pg_export_snapshot() AS snapshot')
  const inventory = await takeInventory(session)
  await lock(session, inventory)
  // The name may belong to another table by now, or the rows to another file: these functions see what is, not the snapshot.
  const [moved] = await session.query(
    `SELECT count(*) FROM unnest($1::text[], $2::oid[], $3::oid[]) AS t (name, oid, filenode)
     WHERE to_regclass(t.name)::oid IS DISTINCT FROM t.oid OR pg_relation_filenode(t.oid) IS DISTINCT FROM t.filenode::bigint`,
    [
      inventory.tables.map((t) => t.sql),
      inventory.tables.map((t) => t.oid),
      inventory.tables.map((t) => t.filenode),
    ],
  )
  if (moved?.count !== '0') return undefined
  return { snapshot: row?.snapshot as string, inventory, at }
}

function named(error: unknown): unknown {
  if (error instanceof AppError) return error
  const text =
    stateOf(error) === '55P03'
      ? `somebody has held a table exclusively for more than ${LOCK_WAIT / 1000} s, such as VACUUM FULL`
      : error instanceof Error
        ? error.message
        : String(error)
  return new AppError('backup-failed', text, { cause: error })
}
