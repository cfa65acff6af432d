/** What a database's statements and tables did in a window: what the optimizer works on. */
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from './core/errors.ts'
import type { Pair } from './core/given.ts'
import type { Probe } from './core/probe.ts'
import type { Row, Table } from './core/table.ts'
import { differences } from './derived/_differences.ts'
import { statementDifferences } from './derived/_statement-differences.ts'
import type { TableFacts } from './optimizer/schema.ts'
import type { StatementActivity } from './optimizer/workload.ts'
import { openBulkSession } from './postgres/bulk-session.ts'
import { connect, type Session } from './postgres/session.ts'
import { tagged } from './postgres/tag.ts'
import type { ConnectionSpec } from './postgres/url.ts'
import relations from './probes/relations.ts'
import roleNames from './probes/role-names.ts'
import statementTexts from './probes/statement-texts.ts'
import statements from './probes/statements.ts'

export interface Activity {
  /** Of the database alone, those inside functions left out: their callers have their time. */
  readonly entries: readonly StatementActivity[]
  /** Seconds. */
  readonly window: number
  /** Rows a second, by the table's oid. */
  readonly writes: ReadonlyMap<number, NonNullable<TableFacts['writes']>>
  /** Schema of the extension pg_trgm, where it is installed. */
  readonly trigram?: string
}

export interface ReadActivityOptions {
  /** Between the two samples. */
  readonly seconds: number
  readonly signal?: AbortSignal
  /** Told the seconds that have passed. */
  readonly onProgress?: (passed: number) => void
}

/** Texts asked for at once. */
const BATCH = 1000
const WRITES = ['rows_inserted', 'rows_updated', 'rows_hot_updated', 'rows_deleted'] as const

/** Takes two samples. Throws AppError as `connect` does, and `no-statements` where pg_stat_statements can't be read. */
export async function readActivity(spec: ConnectionSpec, options: ReadActivityOptions): Promise<Activity> {
  const watch = await watchActivity(spec)
  try {
    for (let passed = 0; passed < options.seconds; passed++) {
      options.onProgress?.(passed)
      const rest = Math.min(1, options.seconds - passed)
      await sleep(rest * 1000, undefined, options.signal ? { signal: options.signal } : {})
    }
    return await watch.read()
  } finally {
    await watch.close()
  }
}

/** A window that is open. */
export interface ActivityWatch {
  /** What has happened since it was opened. */
  read(): Promise<Activity>
  close(): Promise<void>
}

/** Takes the first sample. Throws as `readActivity` does. */
export async function watchActivity(spec: ConnectionSpec): Promise<ActivityWatch> {
  const database = await oidOf(spec)
  const session = await connect(spec)
  try {
    const before = await sample(session)
    return { read: () => since(session, before, database), close: () => session.close() }
  } catch (error) {
    await session.close()
    throw error
  }
}

async function since(session: Session, before: Samples, database: number): Promise<Activity> {
  const now = await sample(session)
  const seconds = (now.at - before.at) / 1000
  const trigram = session.capabilities.extensions.pg_trgm?.schema
  return {
    ...(trigram === undefined ? {} : { trigram }),
    window: seconds,
    entries: await entriesOf(session, { now: now.statements, before: before.statements, seconds }, database),
    writes: writesOf({ now: now.relations, before: before.relations, seconds }),
  }
}

interface Samples {
  readonly at: number
  readonly statements: readonly Row<typeof statements>[]
  readonly relations: readonly Row<typeof relations>[]
}

async function sample(session: Session): Promise<Samples> {
  const { at, results } = await session.flight([{ probe: statements }, { probe: relations }])
  return { at, statements: rowsOf(results, statements), relations: rowsOf(results, relations) }
}

function rowsOf<T extends Table & Probe>(
  results: Awaited<ReturnType<Session['flight']>>['results'],
  probe: T,
): readonly Row<T>[] {
  const outcome = results.get(probe.name)?.outcome
  if (outcome?.ok) return outcome.rows as readonly Row<T>[]
  const why = outcome ? [outcome.detail, outcome.fix].filter(Boolean).join('; ') : 'no answer'
  throw new AppError('no-statements', why)
}

async function entriesOf(
  session: Session,
  both: Pair<Row<typeof statements>>,
  database: number,
): Promise<readonly StatementActivity[]> {
  const ran = statementDifferences(both).changes.filter(
    ({ row, grew }) => row.database_id === database && row.toplevel === 'true' && grew.calls > 0,
  )
  const ids = [...new Set(ran.map(({ row }) => row.query_id))]
  const users = [...new Set(ran.map(({ row }) => row.user_id))]
  const { results: named } = await session.flight([{ probe: roleNames, values: users }])
  const roles = new Map(rowsOf(named, roleNames).map((r) => [r.oid, r.role]))
  const texts = new Map<string, Row<typeof statementTexts>>()
  for (let from = 0; from < ids.length; from += BATCH) {
    const { results } = await session.flight([
      { probe: statementTexts, values: ids.slice(from, from + BATCH) },
    ])
    for (const text of rowsOf(results, statementTexts)) texts.set(text.query_id, text)
  }
  return ran.map(({ row, grew }) => {
    const role = roles.get(row.user_id)
    return {
      queryId: row.query_id,
      text: texts.get(row.query_id)?.query ?? '',
      ...(role == null ? {} : { role }),
      ...{ calls: grew.calls, seconds: grew.exec_seconds, rows: grew.rows },
      blocks: grew.hit_blocks + grew.read_blocks,
    }
  })
}

function writesOf(both: Pair<Row<typeof relations>>): Activity['writes'] {
  const { changes } = differences(both, { key: (r) => r.oid, counters: WRITES })
  return new Map(
    changes.map(({ row, grew }) => [
      row.oid,
      {
        inserts: grew.rows_inserted / both.seconds,
        updates: grew.rows_updated / both.seconds,
        hotUpdates: grew.rows_hot_updated / both.seconds,
        deletes: grew.rows_deleted / both.seconds,
      },
    ]),
  )
}

/** pg_stat_statements counts all databases of the server under their oids. */
async function oidOf(spec: ConnectionSpec): Promise<number> {
  const session = await openBulkSession(spec, 'pgtend')
  try {
    const [row] = await session.query(
      tagged('optimizer', 'SELECT oid FROM pg_database WHERE datname = current_database()'),
    )
    return Number(row?.oid)
  } finally {
    await session.end()
  }
}
