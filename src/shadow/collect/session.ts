import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../core/errors.ts'
import type { Capabilities } from '../../core/server.ts'
import { type BulkSession, openBulkSession, stateOf } from '../../postgres/bulk-session.ts'
import type { ConnectionSpec } from '../../postgres/url.ts'

/** Reads catalogs: one SELECT at a time, each a transaction of its own, none waiting for a lock longer than LOCK_TIMEOUT. */
export interface CatalogSession {
  readonly major: number
  readonly platform: Capabilities['platform']
  /** Rows of the SELECT. */
  rows<T>(sql: string, values?: readonly unknown[]): Promise<T[]>
  /** Catalogue queries so far. */
  readonly queries: number
  end(): Promise<void>
}

/** In ms. */
const LOCK_TIMEOUT = 300
const STATEMENT_TIMEOUT = 30_000

/** What texts of values depend on; the shadow's sessions have the same. */
export const TEXT_SETTINGS: Readonly<Record<string, string>> = {
  search_path: 'pg_catalog, pg_temp',
  datestyle: 'ISO, MDY',
  intervalstyle: 'postgres',
  timezone: 'UTC',
  extra_float_digits: '1',
  bytea_output: 'hex',
  lc_monetary: 'C',
  quote_all_identifiers: 'off',
}

/** Opens the session. Throws AppError as `connect` does, and `needs-direct` behind a transaction pooler. */
export async function openCatalog(spec: ConnectionSpec): Promise<CatalogSession> {
  const session = await openBulkSession(spec, 'pgtend optimize')
  let queries = 0
  try {
    await settle(session)
  } catch (error) {
    session.destroy('the session could not be set up')
    throw unreadable(error, session)
  }
  return {
    major: session.capabilities.major,
    platform: session.capabilities.platform,
    get queries() {
      return queries
    },
    async rows<T>(sql: string, values?: readonly unknown[]) {
      queries++
      try {
        const rows = await session.query(`SELECT row_to_json(q)::text AS row FROM (${sql}) q`, values)
        return rows.map(({ row }) => JSON.parse(row as string) as T)
      } catch (error) {
        throw unreadable(error, session)
      }
    },
    end: () => session.end(),
  }
}

async function settle(session: BulkSession): Promise<void> {
  const settings = {
    ...TEXT_SETTINGS,
    default_transaction_read_only: 'on',
    statement_timeout: String(STATEMENT_TIMEOUT),
    lock_timeout: String(LOCK_TIMEOUT),
    // A catalogue query is short; compiling it costs more than it saves.
    jit: 'off',
  }
  await session.query('SELECT set_config(key, value, false) FROM json_each_text($1)', [
    JSON.stringify(settings),
  ])
}

/** A lock that could not be had, or an object that went away between two looks at the catalogs. */
export class Contended extends Error {}

/** 55P03 lock_not_available; XX000 and 42P01 are what functions say of an oid that was dropped meanwhile. */
const CONTENDED = ['55P03', 'XX000', '42P01', '42704', '42883', '40001', '40P01']

function unreadable(error: unknown, session: BulkSession): Error {
  if (error instanceof AppError) return error
  const state = stateOf(error)
  const said = error instanceof Error ? error.message : String(error)
  if (state === undefined || state.startsWith('57P'))
    return new AppError('unreachable', `${session.where}: ${said}`)
  if (CONTENDED.includes(state)) return new Contended(said)
  return new AppError('cannot-plan', `the catalogs could not be read: ${said} (${state})`)
}

/** Runs it until nobody is in the way, `attempts` times at most; undefined when somebody still is. */
export async function uncontended<T>(attempts: number, work: () => Promise<T>): Promise<T | undefined> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    if (attempt > 1) await sleep(100)
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Contended)) throw error
    }
  }
  return undefined
}
