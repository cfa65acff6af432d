import { randomUUID } from 'node:crypto'
import type { ActionSession } from './core/action-session.ts'
import { AppError } from './core/errors.ts'
import type { Context } from './core/given.ts'
import type { Store } from './core/store.ts'
import type { Config, TargetConfig } from './monitor/config.ts'
import { identify } from './monitor/identify.ts'
import type { Monitor } from './monitor/monitor.ts'
import { createOperator, type Operator } from './operations/operator.ts'
import { createReserve } from './operations/reserve.ts'
import { openActionSession } from './postgres/action-session.ts'
import { parseUrl, redactUrl } from './postgres/url.ts'

export interface ActingOptions {
  readonly targets: readonly TargetConfig[]
  readonly config: Config
  readonly store: Store
  /** Whether anything may be changed; plans can be made either way. */
  readonly allow: boolean
  /** Where PGPASSWORD and its like come from; default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly onError?: (error: Error) => void
  /** How often runs that nobody follows are looked for, in ms; default 20,000. */
  readonly look?: number
}

/** What acts on the targets: the operator, and the sessions that all acting shares. */
export interface Acting {
  readonly operator: Operator
  /** A session to act through, the one in reserve when the server has no slot left. Throws AppError `unknown-target`. */
  readonly open: (target: string) => Promise<ActionSession>
  /** Undefined for a target that there is not. */
  readonly context: (target: string) => Pick<Context, 'at' | 'limits'> | undefined
  /** Unique to this process: what leases are held under. */
  readonly owner: string
  /** Holds a session in reserve where acting is allowed, and ends the runs that dead processes left or leave. */
  start(): void
  /** Resolves when the sessions in reserve are held, or could not be had. */
  ready(): Promise<void>
  /** Cancels what runs and waits for it. */
  stop(): Promise<void>
}

/** How often runs are looked for that nobody follows any more: of a killed command, or left by a full disk. In ms. */
const LOOK = 20_000

/** Acting on real servers: through `actionUrl` of a target where it has one, else through the URL it is watched by. */
export function createActing(options: ActingOptions): Acting {
  const { targets, config, store, allow, env = process.env, onError = () => undefined } = options
  const specs = new Map(
    identify(targets, redactUrl).map(({ id, secret }, i) => {
      return [id, parseUrl(targets[i]?.actionUrl ?? secret, env)]
    }),
  )
  const connect = async (target: string) => {
    const spec = specs.get(target)
    if (!spec) throw new AppError('unknown-target', `"${target}"`)
    return openActionSession(spec)
  }
  const reserve = createReserve({ targets: [...specs.keys()], connect, onError })
  const context = (target: string) =>
    specs.has(target) ? { at: Date.now(), limits: config.limits } : undefined
  const owner = randomUUID()
  const operator = createOperator({ ledger: store.ledger, open: reserve.open, context, allow, owner })
  const { look = LOOK } = options
  let timer: NodeJS.Timeout | undefined
  return {
    ...{ operator, open: reserve.open, context, owner },
    start() {
      if (!allow) return
      reserve.start()
      operator.recover().catch(onError)
      timer = setInterval(() => void operator.recover({ wait: false }).catch(onError), look)
      timer.unref()
    },
    ready: () => reserve.ready(),
    async stop() {
      clearInterval(timer)
      await operator.stop()
      await reserve.stop()
    },
  }
}

/** What a run was to mend is looked at as soon as it has ended: its findings are then verified fixed, or reopened. */
export function remeasureAfterRuns(operator: Operator, monitor: Pick<Monitor, 'remeasure'>): void {
  operator.subscribe(({ status, plan }) => {
    if (status !== 'running' && plan.addresses) monitor.remeasure(plan.target)
  })
}
