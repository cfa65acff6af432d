import { identify } from './monitor/identify.ts'
import { createOptimizer, type OptimizeOptions, type Optimizer } from './optimize-service.ts'
import type { OptimizeReport } from './optimizer/optimize-run.ts'
import type { PlannedRewrite, QueryReport } from './optimizer/report.ts'
import { redactUrl } from './postgres/url.ts'
import { createPrivatePlanners, type PrivatePlanners } from './private-planners.ts'
import { makeReport } from './query-report.ts'

export interface QueryOptimizerOptions {
  /** Where PGPASSWORD and its like come from; default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Where the private planner keeps its files between runs; default the cache folder. */
  readonly home?: string
}

export interface AnalyzeOptions {
  /** Plans it as this role: with its row security and settings. Default: as one that no row security applies to. */
  readonly role?: string
  /** `request.jwt.claims` as PostgREST sets them, for policies that look at them. */
  readonly claims?: Readonly<Record<string, unknown>>
  readonly signal?: AbortSignal
}

/** A better text for a statement, as far as one is proved. */
export interface OptimizedQuery {
  /** The text to use: that given where none is better. */
  readonly sql: string
  /** What was done; absent where nothing was. */
  readonly rewrite?: PlannedRewrite
  /** The planner's cost of both; absent where they could not be planned. */
  readonly cost?: { readonly before: number; readonly after: number }
}

/**
 * Finds better texts and indexes for statements of one database. They are planned in a private PostgreSQL of the same major version that has the
 * schema and statistics, never executed; the database is only read. `close()` stops that server.
 */
export class QueryOptimizer {
  readonly #planners: PrivatePlanners
  readonly #optimizer: Optimizer
  readonly #target: string

  /** Nothing is connected to or started yet. */
  constructor(url: string, options: QueryOptimizerOptions = {}) {
    const targets = [{ url }]
    this.#planners = createPrivatePlanners({ targets, ...options })
    this.#optimizer = createOptimizer(this.#planners)
    this.#target = identify(targets, redactUrl)[0]?.id as string
  }

  /**
   * Lint, plan, rewrites and proved indexes for one SELECT, INSERT, UPDATE, DELETE or MERGE, with `$1` or constants. Costs are the planner's.
   * Throws AppError: `bad-sql`, `truncated-sql`, `several-statements`, `not-plannable`, `sql-too-long`, `unreachable`, `login-failed` and the like.
   */
  analyzeQuery(sql: string, { role, claims, signal }: AnalyzeOptions = {}): Promise<QueryReport> {
    return makeReport(
      {
        sql,
        ...(role === undefined ? {} : { role }),
        ...(claims ? { settings: { 'request.jwt.claims': JSON.stringify(claims) } } : {}),
      },
      { target: this.#target, planners: this.#planners, ...(signal ? { signal } : {}) },
    )
  }

  /**
   * The text with the least cost of those that are proved to give the same rows. A text whose result could differ is never taken: `analyzeQuery`
   * has them, with the reason. Throws as `analyzeQuery` does.
   */
  async generateOptimizedQuery(sql: string, options: AnalyzeOptions = {}): Promise<OptimizedQuery> {
    const { rewrites } = await this.analyzeQuery(sql, options)
    const [best] = rewrites.filter(
      ({ result, planned }) => result === 'same' && planned && planned.after < planned.before,
    )
    if (!best?.planned) return { sql }
    const { before, after } = best.planned
    return { sql: best.sql, rewrite: best, cost: { before, after } }
  }

  /**
   * Watches pg_stat_statements for `seconds` (default 60), then finds the indexes that would save most of the time under `budget`. One run at a
   * time. Throws AppError: `already-running`, `no-statements`, `no-shadow`, `needs-direct`, `unreachable` and the like; and the signal's reason.
   */
  optimizeWorkload(options: OptimizeOptions = {}): Promise<OptimizeReport> {
    return this.#optimizer.optimize(this.#target, options)
  }

  /** Ends what runs and stops the private PostgreSQL. Its files are kept for the next time. */
  async close(): Promise<void> {
    await this.#optimizer.stop()
    await this.#planners.close()
  }
}
