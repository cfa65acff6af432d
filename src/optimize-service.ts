import { AppError, toAppError } from './core/errors.ts'
import { adviseIndexes } from './optimizer/advise.ts'
import { namedTables } from './optimizer/named-tables.ts'
import type { OptimizeProgress, OptimizeReport, OptimizeState } from './optimizer/optimize-run.ts'
import { loadParser } from './optimizer/parse.ts'
import { type SchemaFacts, searchPathOf } from './optimizer/schema.ts'
import type { Budget } from './optimizer/select.ts'
import { buildWorkload } from './optimizer/workload.ts'
import type { PrivatePlanners } from './private-planners.ts'
import { type Activity, readActivity } from './statement-activity.ts'

export interface OptimizeOptions {
  /** How long to watch the statements, in seconds; default 60. */
  readonly seconds?: number
  /** The most that all advised indexes together may take. */
  readonly budget?: Budget
  readonly onProgress?: (progress: OptimizeProgress) => void
  readonly signal?: AbortSignal
}

/** Index advice for the targets, one run for each at a time; the last report of each is kept. */
export interface Optimizer {
  /**
   * Throws AppError: `unknown-target`, `already-running`, `no-statements`, `no-shadow`, what `connect` throws; and the signal's reason.
   */
  optimize(target: string, options?: OptimizeOptions): Promise<OptimizeReport>
  state(target: string): OptimizeState
  /** Ends what runs on a target; resolves when it has ended. */
  cancel(target: string): Promise<void>
  /** Ends all that runs. */
  stop(): Promise<void>
}

interface Run {
  progress: OptimizeProgress
  readonly stop: AbortController
  ended: Promise<unknown>
}

const WATCH_SECONDS = 60

export function createOptimizer(planners: PrivatePlanners): Optimizer {
  const reports = new Map<string, OptimizeReport>()
  const errors = new Map<string, OptimizeState['error']>()
  const runs = new Map<string, Run>()

  const start = async (target: string, options: OptimizeOptions): Promise<OptimizeReport> => {
    planners.spec(target)
    if (runs.has(target)) throw new AppError('already-running', `${target} is being optimized`)
    const stop = new AbortController()
    const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal
    const run: Run = { progress: { step: 'watch', done: 0 }, stop, ended: Promise.resolve() }
    runs.set(target, run)
    const onProgress = (progress: OptimizeProgress): void => {
      run.progress = progress
      options.onProgress?.(progress)
    }
    const work = optimize(planners, target, { ...options, signal, onProgress })
    run.ended = work.catch(() => undefined)
    try {
      const report = await work
      reports.set(target, report)
      errors.delete(target)
      return report
    } catch (error) {
      // An abort comes wrapped where a timer was waiting.
      const reason = signal.aborted ? signal.reason : error
      const { code, message, detail, remedy } = toAppError(reason)
      errors.set(target, { code, message, detail, remedy })
      throw reason
    } finally {
      runs.delete(target)
    }
  }
  const cancel = async (target: string): Promise<void> => {
    const run = runs.get(target)
    run?.stop.abort(new AppError('optimization-cancelled', `of ${target}`))
    await run?.ended
  }
  return {
    optimize: (target, options = {}) => start(target, options),
    state(target) {
      const [run, report, error] = [runs.get(target), reports.get(target), errors.get(target)]
      const state = run ? 'running' : error ? 'failed' : report ? 'done' : 'never'
      return {
        state,
        ...(run ? { progress: run.progress } : {}),
        ...(report ? { report } : {}),
        ...(error && !run ? { error } : {}),
      }
    },
    cancel,
    async stop() {
      await Promise.all([...runs.keys()].map(cancel))
    },
  }
}

async function optimize(
  planners: PrivatePlanners,
  target: string,
  options: OptimizeOptions & Required<Pick<OptimizeOptions, 'signal' | 'onProgress'>>,
): Promise<OptimizeReport> {
  const { signal, onProgress, budget, seconds = WATCH_SECONDS } = options
  const began = performance.now()
  const activity = await readActivity(planners.spec(target), {
    ...{ seconds, signal },
    onProgress: (done) => onProgress({ step: 'watch', done, total: seconds }),
  })
  const watched = performance.now()
  onProgress({ step: 'rebuild', done: 0 })
  await loadParser()
  const { statements } = buildWorkload(activity.entries)
  const roles = [...new Set(statements.flatMap((s) => s.role ?? []))]
  return planners.use(target, { tables: namedTables(statements), roles }, async (planner) => {
    const rebuilt = performance.now()
    signal.throwIfAborted()
    const schema = withWrites(planner.schema, activity)
    const { entries, window, trigram } = activity
    const advice = await adviseIndexes({
      ...{ entries, window, schema, signal, onProgress, whatIf: planner.whatIf },
      ...(budget ? { budget } : {}),
      ...(trigram === undefined ? {} : { trigram }),
      searchPath: searchPathOf(schema),
    })
    const ended = performance.now()
    const took = { watch: watched - began, rebuild: rebuilt - watched, advise: ended - rebuilt }
    return {
      ...{ target, at: Date.now(), advice },
      seconds: { watch: took.watch / 1000, rebuild: took.rebuild / 1000, advise: took.advise / 1000 },
    }
  })
}

const withWrites = (schema: SchemaFacts, { writes }: Activity): SchemaFacts => ({
  ...schema,
  tables: schema.tables.map((table) => {
    const own = writes.get(table.oid)
    return own ? { ...table, writes: own } : table
  }),
})
