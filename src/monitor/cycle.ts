import type { Evaluation } from '../core/evaluate.ts'
import type { Context } from '../core/given.ts'
import type { Suppression } from '../core/notice.ts'
import type { Outcome } from '../core/outcome.ts'
import type { Cadence, Probe } from '../core/probe.ts'
import type { Capabilities } from '../core/server.ts'
import { loadParser } from '../optimizer/parse.ts'
import type { Config } from './config.ts'
import type { Facts, Request } from './facts.ts'

/** What a probe's last run cost: server time as seen from here, rows and bytes received. */
export interface Cost {
  readonly ms: number
  readonly rows: number
  readonly bytes: number
  /** Epoch milliseconds on the server's clock. */
  readonly at: number
}

/** The part of a session that a cycle uses; `postgres/session.ts` provides it. */
export interface Reader {
  readonly capabilities: Capabilities
  flight(
    requests: readonly { readonly probe: Probe; readonly values?: readonly (string | number)[] }[],
  ): Promise<{
    readonly at: number
    readonly results: ReadonlyMap<
      string,
      { readonly outcome: Outcome; readonly ms: number; readonly rows: number; readonly bytes: number }
    >
  }>
}

export interface Cycle {
  /** Epoch milliseconds on the server's clock. */
  readonly at: number
  readonly evaluation: Evaluation
  /** Names of the probes that were read. */
  readonly read: ReadonlySet<string>
  readonly costs: ReadonlyMap<string, Cost>
}

/** What pgtend knows of a target from elsewhere than the target: its own records, and other targets. */
export type Records = Pick<Context, 'backups' | 'measured' | 'standbys'>

/**
 * Reads what is due, evaluates, looks up what that calls for, and evaluates again if anything came of it. `batches` of lookups at
 * most: whoever watches asks for the next one in the next cycle.
 */
export async function runCycle(
  reader: Reader,
  facts: Facts,
  cadences: ReadonlySet<Cadence>,
  config: Config,
  suppressed: ReadonlyMap<string, Suppression> = new Map(),
  records: Records = {},
  batches = 1,
): Promise<Cycle> {
  const costs = new Map<string, Cost>()
  const read = new Set<string>()
  let at = 0
  const fly = async (requests: readonly Request[]): Promise<void> => {
    const flight = await reader.flight(requests)
    at = flight.at
    facts.take(at, flight.results, requests, performance.now())
    for (const [name, { ms, rows, bytes }] of flight.results) {
      costs.set(name, { ms, rows, bytes, at })
      read.add(name)
    }
  }
  const judge = (): Evaluation => {
    const context: Context = { ...records, at, server: reader.capabilities, limits: config.limits }
    const { thresholds, weights } = config
    return facts.evaluate(context, { thresholds, weights, suppressed })
  }
  // Advice reads statements' texts; the first time it takes 0.1 s, while the server answers.
  await Promise.all([fly(facts.due(cadences)), loadParser()])
  let evaluation = judge()
  for (let n = 0; n < batches; n++) {
    const lookups = facts.lookups(evaluation, n === 0 && cadences.has('sweep'))
    if (lookups.length === 0) break
    await fly(lookups)
    evaluation = judge()
  }
  return { at, evaluation, read, costs }
}
