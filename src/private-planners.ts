import pLimit, { type LimitFunction } from 'p-limit'
import { AppError } from './core/errors.ts'
import type { TargetConfig } from './monitor/config.ts'
import { identify } from './monitor/identify.ts'
import { type ConnectionSpec, parseUrl, redactUrl } from './postgres/url.ts'
import { openShadow, type Planner, type PrepareOptions } from './shadow/shadow.ts'

/** The private planners of the targets: one for the whole process, whoever asks. */
export interface PrivatePlanners {
  /** How to reach a target. Throws AppError `unknown-target`, `bad-url`. */
  spec(target: string): ConnectionSpec
  /**
   * Runs `work` over a planner that is as the target is now, and lets go of it: one at a time for each target.
   * Throws AppError as `Shadow.prepare` does, `unknown-target`, and what `work` throws.
   */
  use<T>(
    target: string,
    options: Pick<PrepareOptions, 'tables' | 'roles'>,
    work: (planner: Planner) => Promise<T>,
  ): Promise<T>
  /** Whether a `use` of the target would have to wait. */
  isBusy(target: string): boolean
  close(): Promise<void>
}

export interface PrivatePlannersOptions {
  /** Read through `actionUrl` where there is one: it is direct, and may mostly read statistics that the monitor may not. */
  readonly targets: readonly TargetConfig[]
  /** Where PGPASSWORD and its like come from; default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Where they keep their files between runs; default the cache folder. */
  readonly home?: string
}

/** Nothing is started before the first `use`. */
export function createPrivatePlanners(options: PrivatePlannersOptions): PrivatePlanners {
  const { targets, env = process.env, home } = options
  const urls = new Map(
    identify(targets, redactUrl).map(({ id, secret }, i) => [id, targets[i]?.actionUrl ?? secret]),
  )
  const shadow = openShadow(home === undefined ? {} : { home })
  const turns = new Map<string, LimitFunction>()
  const urlOf = (target: string): string => {
    const url = urls.get(target)
    if (url === undefined) throw new AppError('unknown-target', `"${target}"`)
    return url
  }
  const turnOf = (target: string): LimitFunction => {
    const turn = turns.get(target) ?? pLimit(1)
    turns.set(target, turn)
    return turn
  }
  return {
    spec: (target) => parseUrl(urlOf(target), env),
    async use(target, asked, work) {
      const url = urlOf(target)
      return turnOf(target)(async () => {
        const planner = await shadow.prepare({ ...asked, spec: parseUrl(url, env), key: redactUrl(url) })
        try {
          return await work(planner)
        } finally {
          await planner.close()
        }
      })
    },
    isBusy: (target) => (turns.get(target)?.activeCount ?? 0) > 0,
    close: () => shadow.close(),
  }
}
