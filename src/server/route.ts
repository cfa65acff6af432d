import { z } from 'zod'
import { AppError } from '../core/errors.ts'
import type { Monitor } from '../monitor/monitor.ts'
import type { TargetState } from '../monitor/target-state.ts'
import type { Services } from '../services.ts'

/** What a route may use. */
export interface Deps extends Partial<Services> {
  readonly monitor: Monitor
}

/** What a route is told of the request. */
export interface Asked<Q, B = undefined> {
  readonly query: Q
  /** The JSON body of a POST. */
  readonly body: B
  /** Parts of the path: `:table`. */
  readonly params: Readonly<Record<string, string>>
}

type Answer = Response | object

/** One address of the API as data: the app mounts it, docs/reference/api.md describes it. */
export interface Route<Q extends z.ZodType = z.ZodType, B extends z.ZodType = z.ZodType> {
  /** POST changes something; it takes a JSON body and comes only from our own page (security.ts). Default GET. */
  readonly method?: 'GET' | 'POST'
  readonly path: string
  readonly doc: string
  /** The shape of the answer, for people. */
  readonly answer: string
  readonly query: Q
  readonly body?: B
  handle(asked: Asked<z.output<Q>, z.output<B>>, deps: Deps): Answer | Promise<Answer>
}

/** Checks a route's declaration at compile time; returns it unchanged. */
export const defineRoute = <const Q extends z.ZodType, const B extends z.ZodType = z.ZodUndefined>(
  route: Route<Q, B>,
): Route<Q, B> => route

/** The query parameter that most addresses take. */
export const target = z.string().min(1).max(200).optional().describe('Id of the target; default the first')

/** The state of the named target, or of the first. Throws AppError `unknown-target`. */
export function targetOf(monitor: Monitor, id: string | undefined): TargetState {
  const chosen = id ?? monitor.targets[0]
  const state = chosen === undefined ? undefined : monitor.state(chosen)
  if (!state) throw new AppError('unknown-target', id === undefined ? 'none is watched' : `"${id}"`)
  return state
}
