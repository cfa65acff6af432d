import { AppError } from './core/errors.ts'
import type { TargetConfig } from './monitor/config.ts'
import { identify } from './monitor/identify.ts'
import { adviseIndexes } from './optimizer/advise.ts'
import { namedTables } from './optimizer/named-tables.ts'
import type { OptimizeProgress, OptimizeReport } from './optimizer/optimize-run.ts'
import { loadParser } from './optimizer/parse.ts'
import type { SchemaFacts } from './optimizer/schema.ts'
import type { Budget } from './optimizer/select.ts'
import { buildWorkload } from './optimizer/workload.ts'
import { parseUrl, redactUrl } from './postgres/url.ts'
import { openShadow, type Shadow } from './shadow/shadow.ts'
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
  latest(target: string): OptimizeReport | undefined
  /** How far a run is, while there is one. */
  running(target: string): OptimizeProgress | undefined
  /** Ends what runs and lets go of the private planners. */
  stop(): Promise<void>
}

export interface OptimizerOptions {
  readonly targets: readonly TargetConfig[]
  /** Where PGPASSWORD and its like come from; default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Where the private planners keep their files between runs; default the cache folder. */
  readonly home?: string
}

const WATCH_SECONDS = 60

export function createOptimizer({ targets, env = process.env, home }: OptimizerOptions): Optimizer {
  const urls = new Map(identify(targets, redactUrl).map(({ id, secret }) => [id, secret]))
  const shadow = openShadow(home === undefined ? {} : { home })
  const reports = new Map<string, OptimizeReport>()
  const runs = new Map<
    string,
    { progress: OptimizeProgress; readonly stop: AbortController; ended: Promise<unknown> }
  >()

  const start = async (target: string, options: OptimizeOptions): Promise<OptimizeReport> => {
    const url = urls.get(target)
    if (url === undefined) throw new AppError('unknown-target', `"${target}"`)
    if (runs.has(target)) throw new AppError('already-running', `${target} is being optimized`)
    const stop = new AbortController()
    const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal
    const run = {
      progress: { step: 'watch', done: 0 } as OptimizeProgress,
      stop,
      ended: Promise.resolve() as Promise<unknown>,
    }
    runs.set(target, run)
    const onProgress = (progress: OptimizeProgress): void => {
      run.progress = progress
      options.onProgress?.(progress)
    }
    const work = optimize(shadow, target, url, env, { ...options, signal, onProgress })
    run.ended = work.catch(() => undefined)
    try {
      const report = await work
      reports.set(target, report)
      return report
    } finally {
      runs.delete(target)
    }
  }
  return {
    optimize: (target, options = {}) => start(target, options),
    latest: (target) => reports.get(target),
    running: (target) => runs.get(target)?.progress,
    async stop() {
      const ended = [...runs.values()].map((run) => {
        run.stop.abort(new AppError('step-cancelled', 'pgtend stops'))
        return run.ended
      })
      await Promise.all(ended)
      await shadow.close()
    },
  }
}

async function optimize(
  shadow: Shadow,
  target: string,
  url: string,
  env: NonNullable<OptimizerOptions['env']>,
  options: OptimizeOptions & Required<Pick<OptimizeOptions, 'signal' | 'onProgress'>>,
): Promise<OptimizeReport> {
  const { signal, onProgress, budget, seconds = WATCH_SECONDS } = options
  const spec = parseUrl(url, env)
  const began = performance.now()
  const activity = await readActivity(spec, {
    ...{ seconds, signal },
    onProgress: (done) => onProgress({ step: 'watch', done, total: seconds }),
  })
  const watched = performance.now()
  onProgress({ step: 'rebuild', done: 0 })
  await loadParser()
  const { statements } = buildWorkload(activity.entries)
  const roles = [...new Set(statements.flatMap((s) => s.role ?? []))]
  const planner = await shadow.prepare({ spec, key: redactUrl(url), tables: namedTables(statements), roles })
  const rebuilt = performance.now()
  try {
    signal.throwIfAborted()
    const schema = withWrites(planner.schema, activity)
    const { entries, window, trigram } = activity
    const advice = await adviseIndexes({
      ...{ entries, window, schema, signal, onProgress, whatIf: planner.whatIf },
      ...(budget ? { budget } : {}),
      ...(trigram === undefined ? {} : { trigram }),
      searchPath: schemasOf(schema),
    })
    const ended = performance.now()
    const took = { watch: watched - began, rebuild: rebuilt - watched, advise: ended - rebuilt }
    return {
      ...{ target, at: Date.now(), advice },
      seconds: { watch: took.watch / 1000, rebuild: took.rebuild / 1000, advise: took.advise / 1000 },
    }
  } finally {
    await planner.close()
  }
}

const withWrites = (schema: SchemaFacts, { writes }: Activity): SchemaFacts => ({
  ...schema,
  tables: schema.tables.map((table) => {
    const own = writes.get(table.oid)
    return own ? { ...table, writes: own } : table
  }),
})

/** Names without a schema are looked for in `public` and then in the others: the planner's session has the real path. */
const schemasOf = ({ tables }: SchemaFacts): readonly string[] => [
  ...new Set(['public', ...tables.map((t) => t.schema).sort()]),
]
