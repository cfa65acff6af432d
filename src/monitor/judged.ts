import type { Derived } from '../core/derived.ts'
import type { Needs } from '../core/given.ts'
import type { Probe } from '../core/probe.ts'
import type { Rule } from '../core/rule.ts'

/** What a cycle read, as far as it tells how fresh a fact is. */
export interface Freshness {
  /** Epoch milliseconds on the server's clock: what was read, was read then or later. */
  readonly at: number
  readonly read: ReadonlySet<string>
  /** The facts about the schema are those of now, though they weren't read again. */
  readonly schemaCurrent: boolean
  /** Time of the sample that a probe's counters are differenced with. */
  readonly before: (probe: string) => number | undefined
}

/** The rules that were judged on facts of this cycle, with the time that those facts begin at. */
export function judgedOn(
  rules: readonly Rule[],
  probes: readonly Probe[],
  derived: readonly Derived[],
  fresh: Freshness,
): Readonly<Record<string, number>> {
  const known = new Map<string, number | undefined>()
  const byName = new Map<string, Probe | Derived>([...probes, ...derived].map((t) => [t.name, t]))

  const begin = (needs: Needs): number | undefined => {
    let earliest: number | undefined = fresh.at
    for (const need of Object.values(needs)) {
      if ('pair' in need) {
        const before = since(need.pair.name) === undefined ? undefined : fresh.before(need.pair.name)
        if (before === undefined) return undefined
        earliest = Math.min(earliest, before)
        continue
      }
      const of = since('maybe' in need ? need.maybe.name : need.name)
      // What one can do without may be unreadable; what was read and is old still counts.
      if (of === undefined && 'maybe' in need) continue
      if (of === undefined) return undefined
      earliest = Math.min(earliest, of)
    }
    return earliest
  }
  const since = (table: string): number | undefined => {
    if (!known.has(table)) known.set(table, sinceOf(byName.get(table)))
    return known.get(table)
  }
  const sinceOf = (table: Probe | Derived | undefined): number | undefined => {
    if (!table) return undefined
    if ('from' in table) return begin(table.from)
    // What is looked up only adds words to rows of others.
    if (table.lookup || fresh.read.has(table.name)) return fresh.at
    return table.every === 'schema' && fresh.schemaCurrent ? fresh.at : undefined
  }

  const judged: Record<string, number> = {}
  for (const { name, needs } of rules) {
    const at = begin(needs)
    if (at !== undefined) judged[name] = at
  }
  return judged
}
