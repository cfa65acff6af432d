import { setTimeout as sleep } from 'node:timers/promises'
import type { Cadence } from '../core/probe.ts'
import { probes } from '../probes/index.ts'
import type { Config } from './config.ts'
import { type Cost, type Cycle, type Reader, runCycle } from './cycle.ts'
import { createFacts } from './facts.ts'
import { registry } from './registry.ts'

export interface Observation extends Cycle {
  /** Seconds between the two samples that counters were differenced over. */
  readonly seconds: number
}

const EVERYTHING: ReadonlySet<Cadence> = new Set<Cadence>(['tick', 'minute', 'sweep', 'schema'])
/** Only what lookups call for. */
const NOTHING: ReadonlySet<Cadence> = new Set()
/** Of lookups, one after another: 100,000 keys. */
const MOST_BATCHES = 100
const COUNTERS: ReadonlySet<Cadence> = new Set<Cadence>(['tick', 'minute'])

/**
 * Looks at a database once: two samples `seconds` apart, so that counters show what happens now
 * and not since the last reset. Throws AppError `unreachable` when the connection is lost.
 */
export async function observe(
  reader: Reader,
  options: { readonly config: Config; readonly seconds: number; readonly signal?: AbortSignal },
): Promise<Observation> {
  const facts = createFacts(probes, registry)
  const costs = new Map<string, Cost>()
  const read = new Set<string>()
  const look = async (cadences: ReadonlySet<Cadence>): Promise<Cycle> => {
    const cycle = await runCycle(reader, facts, cadences, options.config)
    for (const [name, cost] of cycle.costs) costs.set(name, cost)
    for (const name of cycle.read) read.add(name)
    return cycle
  }
  let first = await look(EVERYTHING)
  // Whoever watches asks for the next batch in the next cycle; here there is none.
  for (let n = 0; n < MOST_BATCHES && facts.lookups(first.evaluation, false).length > 0; n++)
    first = { ...(await look(NOTHING)), at: first.at }
  await sleep(options.seconds * 1000, undefined, options.signal ? { signal: options.signal } : {})
  const second = await look(COUNTERS)
  return { ...second, costs, read, seconds: (second.at - first.at) / 1000 }
}
