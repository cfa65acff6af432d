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
/** Of lookups, one after another: 100,000 keys. Here no next cycle asks for the rest. */
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
  const look = (cadences: ReadonlySet<Cadence>): Promise<Cycle> =>
    runCycle(reader, facts, cadences, options.config, new Map(), {}, MOST_BATCHES)
  const first = await look(EVERYTHING)
  await sleep(options.seconds * 1000, undefined, options.signal ? { signal: options.signal } : {})
  const second = await look(COUNTERS)
  const costs = new Map<string, Cost>([...first.costs, ...second.costs])
  const read = new Set([...first.read, ...second.read])
  return { ...second, costs, read, seconds: (second.at - first.at) / 1000 }
}
