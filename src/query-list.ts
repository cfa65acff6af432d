/** The statements of a target out of what the monitor knows of it. */
import { AppError } from './core/errors.ts'
import { type StatementKey, statementId } from './core/statement-id.ts'
import type { Row } from './core/table.ts'
import type statementRates from './derived/statement-rates.ts'
import type { TargetState } from './monitor/target-state.ts'
import { buildModel } from './optimizer/build-model.ts'
import { lint } from './optimizer/lint.ts'
import type { StatementModel } from './optimizer/model.ts'
import { parseStatement } from './optimizer/parse.ts'
import type { QueryList, QuerySummary } from './optimizer/query-list.ts'
import type { CurrentFigures } from './optimizer/report.ts'
import type databases from './probes/databases.ts'
import type roleNames from './probes/role-names.ts'
import type statementTexts from './probes/statement-texts.ts'
import type statements from './probes/statements.ts'
import type { AskedStatement } from './query-report.ts'

type Rate = Row<typeof statementRates>

/** So many at most: further ones hardly count. */
const MOST = 200
/** Models that are kept from one list to the next. */
const MOST_MODELS = 1000

/** What is needed of a target's state. */
export type Known = Pick<TargetState, 'tables' | 'capabilities'>

const rowsOf = <R>(state: Known, table: string): readonly R[] => {
  const outcome = state.tables.get(table)?.outcome
  return outcome?.ok ? (outcome.rows as readonly R[]) : []
}
const ratesOf = (state: Known): readonly Rate[] => rowsOf<Rate>(state, 'statement-rates')
const textsOf = (state: Known) =>
  new Map(rowsOf<Row<typeof statementTexts>>(state, 'statement-texts').map((t) => [t.query_id, t]))

/** In every row calls and their rate are of the same window. */
const windowOf = (rates: readonly Rate[]): number | null => {
  const [first] = rates
  return first && first.calls_rate > 0 ? first.calls / first.calls_rate : null
}

/** Counts what the texts alone are reproached with; each is read once. Needs `loadParser()`. */
export function createQueryLister(): (state: Known) => QueryList {
  const models = new Map<string, StatementModel | undefined>()
  const modelOf = (text: string): StatementModel | undefined => {
    if (models.has(text)) return models.get(text)
    if (models.size >= MOST_MODELS) models.clear()
    const model = read(text)
    models.set(text, model)
    return model
  }
  return (state) => {
    const outcome = state.tables.get('statement-rates')?.outcome
    if (outcome && !outcome.ok) {
      const { detail: reason, fix } = outcome
      return { window: null, statements: [], unknown: { reason, ...(fix === undefined ? {} : { fix }) } }
    }
    const rates = ratesOf(state)
    const texts = textsOf(state)
    const names = databaseNames(state)
    return {
      window: windowOf(rates),
      statements: rates.slice(0, MOST).map((rate): QuerySummary => {
        const found = { critical: 0, warning: 0, info: 0 }
        const model = modelOf(texts.get(rate.query_id)?.query ?? '')
        for (const { severity } of model ? lint(model, { rowsPerCall: rate.rows_per_call }) : [])
          found[severity] += 1
        return {
          ...{
            id: statementId(rate),
            queryId: rate.query_id,
            text: rate.query ?? null,
            user: rate.user ?? null,
          },
          database: names.get(rate.database_id) ?? null,
          toplevel: rate.toplevel !== 'false',
          ...{ calls: rate.calls, callsRate: rate.calls_rate, mean: rate.mean, total: rate.total },
          ...{ share: rate.share, rowsPerCall: rate.rows_per_call, slow: rate.slow, lint: found },
        }
      }),
    }
  }
}

const roleNameOf = (state: Known, oid: number): string | null =>
  rowsOf<Row<typeof roleNames>>(state, 'role-names').find((r) => r.oid === oid)?.role ?? null

const databaseNames = (state: Known): ReadonlyMap<number, string> =>
  new Map(rowsOf<Row<typeof databases>>(state, 'databases').map((d) => [d.oid, d.database]))

function read(text: string): StatementModel | undefined {
  try {
    return buildModel(parseStatement(text))
  } catch (error) {
    if (error instanceof AppError) return undefined
    throw error
  }
}

/**
 * The statement that an id of the list, or a bare pg_stat_statements.queryid, is of; with its figures where it ran in the window. Constants that
 * the server left in its text are taken out. Throws AppError `unknown-query`, `no-statements`. Needs `loadParser()`.
 */
export function statementIn(state: Known, id: string): AskedStatement {
  const names = databaseNames(state)
  const own = state.capabilities?.database
  const rates = ratesOf(state)
  /** That of our own database before others, then the one that took most time. */
  const mostMeant = <R extends StatementKey>(rows: readonly R[], time: (row: R) => number): R | undefined =>
    rows
      .filter((row) => statementId(row) === id || row.query_id === id)
      .toSorted((a, b) => Number(isOwn(b)) - Number(isOwn(a)) || time(b) - time(a))[0]
  const isOwn = (row: StatementKey): boolean => names.get(row.database_id) === own
  const rate = mostMeant(rates, (r) => r.total)
  const since = mostMeant(rowsOf<Row<typeof statements>>(state, 'statements'), (s) => s.exec_seconds)
  const key: StatementKey | undefined = rate ?? since
  if (!key) throw new AppError('unknown-query', `"${id}"`)
  const text = textsOf(state).get(key.query_id)
  if (!text || text.query === '')
    throw new AppError('unknown-query', `the text of ${key.query_id} is not known, or not yet`)
  if (text.query === '<insufficient privilege>')
    throw new AppError('no-statements', `its text may not be read: GRANT pg_read_all_stats shows it`)
  const name = names.get(key.database_id)
  const role = roleNameOf(state, key.user_id)
  const trigram = state.capabilities?.extensions.pg_trgm?.schema
  const window = windowOf(rates)
  return {
    sql: withoutConstants(text.query),
    queryId: key.query_id,
    toplevel: key.toplevel !== 'false',
    ...(role === null ? {} : { role }),
    ...(rate && window !== null ? { current: figuresOf(rate, window) } : {}),
    ...(!rate && since ? { observed: observedOf(since) } : {}),
    ...(trigram === undefined ? {} : { trigram }),
    ...(name !== undefined && own !== undefined && name !== own
      ? {
          gap: {
            part: 'plan',
            reason: `it ran in the database ${name}; this target is ${own}`,
            remedy: `Watch ${name} as a target of its own.`,
          },
        }
      : {}),
  }
}

function withoutConstants(text: string): string {
  try {
    return parseStatement(text).normalized
  } catch (error) {
    // Whoever reads it next says what is wrong with it.
    if (error instanceof AppError) return text
    throw error
  }
}

const figuresOf = (rate: Rate, window: number): CurrentFigures => ({
  ...{ calls: rate.calls, callsRate: rate.calls_rate, mean: rate.mean, total: rate.total, share: rate.share },
  rowsPerCall: rate.rows_per_call,
  blocksPerCall: rate.blocks / rate.calls,
  cacheHit: rate.cache_hit,
  tempBlocksPerCall: rate.temp_blocks / rate.calls,
  walPerCall: rate.wal / rate.calls,
  planningPerCall: rate.planning === null ? null : rate.planning / rate.calls,
  deviation: rate.stddev,
  max: rate.max,
  window,
})

/** Since its statistics began: how long that is isn't known before PostgreSQL 17. */
const observedOf = (since: Row<typeof statements>): NonNullable<AskedStatement['observed']> => ({
  ...{ calls: since.calls, seconds: since.exec_seconds, rows: since.rows },
  blocks: since.hit_blocks + since.read_blocks,
})
