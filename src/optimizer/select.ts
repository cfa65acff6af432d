import { readGain, type WorkloadCosts } from './workload-costs.ts'

/** An index that may be chosen. Its id is its identity: the same index has the same id in every run. */
export interface Choice {
  readonly id: string
  readonly bytes: number
  /** Seconds in the window that keeping it up would take. */
  readonly writeCost: number
}

/** The most that may be chosen. */
export interface Budget {
  readonly bytes?: number
  readonly count?: number
}

export interface Problem<C extends Choice> {
  readonly choices: readonly C[]
  /** Ids of indexes that one plan used together: two may be worth much where each alone is worth nothing. */
  readonly bundles: readonly (readonly string[])[]
  readonly costs: WorkloadCosts
  readonly budget: Budget
  /** Share of the workload's time that an index must save to be worth having. */
  readonly minGain: number
  /** One index that could do the work of both, if there is one. */
  readonly merge?: (a: C, b: C) => Promise<C | undefined>
}

export interface Chosen<C extends Choice> {
  readonly choice: C
  /** Seconds in the window that would be lost without it. */
  readonly gain: number
}

export interface Selection<C extends Choice> {
  /** Those that save most first. */
  readonly chosen: readonly Chosen<C>[]
  /** Seconds in the window that reads take with none and with all of them. */
  readonly before: number
  readonly after: number
}

/** An index must save this many times what keeping it up costs: estimates of both are rough. */
const OVER_WRITES = 3
/** Smaller ones aren't preferred for their size. */
const LEAST_MB = 1

type Ids = ReadonlySet<string>
const together = (a: Ids, b: readonly string[]): Ids => new Set([...a, ...b])
const without = (a: Ids, ...b: string[]): Ids => new Set([...a].filter((id) => !b.includes(id)))

/**
 * Chooses indexes: lazy greedy (CELF: Leskovec et al. 2007) over single indexes and bundles by (read gain − write cost)/√MB, then a pass that
 * merges two into one, then one that drops what lost its gain. The order of `choices` doesn't matter.
 */
export async function selectIndexes<C extends Choice>(problem: Problem<C>): Promise<Selection<C>> {
  const { costs, budget, minGain } = problem
  const known = new Map(problem.choices.map((c) => [c.id, c]))
  const of = (id: string): C => known.get(id) as C
  const sum = (ids: Iterable<string>, key: 'bytes' | 'writeCost'): number =>
    [...ids].reduce((total, id) => total + of(id)[key], 0)
  const before = await costs.total(new Set())
  const least = minGain * before
  const fits = (ids: Ids): boolean =>
    sum(ids, 'bytes') <= (budget.bytes ?? Number.POSITIVE_INFINITY) &&
    ids.size <= (budget.count ?? Number.POSITIVE_INFINITY)
  const isWorth = (gain: number, ids: readonly string[]): boolean =>
    gain > 0 && gain >= Math.max(least * ids.length, OVER_WRITES * sum(ids, 'writeCost'))

  let config = await greedy()
  config = await merged(config)
  config = await pruned(config)
  const after = await costs.total(config)
  // Needed together, each may be worth its writes while all are not.
  if (before - after <= sum(config, 'writeCost')) return { chosen: [], before, after: before }
  const chosen = await Promise.all([...config].map(async (id) => ({ choice: of(id), gain: await loss(id) })))
  chosen.sort((a, b) => b.gain - a.gain || (a.choice.id < b.choice.id ? -1 : 1))
  return { chosen, before, after }

  function loss(id: string, among: Ids = config): Promise<number> {
    return readGain(costs, without(among, id), among, [id])
  }

  async function greedy(): Promise<Ids> {
    let taken: Ids = new Set()
    let round = 0
    const value = async (members: readonly string[]) => {
      const missing = members.filter((id) => !taken.has(id))
      const gain = await readGain(costs, taken, together(taken, missing), missing)
      const mb = Math.max(LEAST_MB, sum(missing, 'bytes') / 2 ** 20)
      return { missing, gain, score: (gain - sum(missing, 'writeCost')) / Math.sqrt(mb), round }
    }
    const sets = [...[...known.keys()].sort().map((id) => [id]), ...distinct(problem.bundles, known)]
    let entries = []
    for (const members of sets) entries.push({ members, ...(await value(members)) })
    for (;;) {
      entries = entries.filter((e) => e.score > 0 && fits(together(taken, e.missing)))
      const best = entries.reduce<(typeof entries)[number] | undefined>(
        (a, b) => (a && a.score >= b.score ? a : b),
        undefined,
      )
      if (!best) return taken
      if (best.round < round) Object.assign(best, await value(best.members))
      else {
        entries.splice(entries.indexOf(best), 1)
        if (best.missing.length === 0 || !isWorth(best.gain, best.missing)) continue
        taken = together(taken, best.missing)
        round++
      }
    }
  }

  /** One index for two, where what is lost is less than an index is worth. */
  async function merged(from: Ids): Promise<Ids> {
    if (!problem.merge) return from
    const now = [...from].sort()
    for (const a of now)
      for (const b of now) {
        if (a === b) continue
        const one = await problem.merge(of(a), of(b))
        if (!one) continue
        known.set(one.id, one)
        const next = together(without(from, a, b), [one.id])
        if (!fits(next) || sum(next, 'bytes') >= sum(from, 'bytes')) continue
        const lost = await readGain(costs, next, from, [a, b, one.id])
        if (lost <= least / 2) return merged(next)
      }
    return from
  }

  async function pruned(from: Ids): Promise<Ids> {
    let worst: { id: string; gain: number } | undefined
    for (const id of [...from].sort()) {
      const gain = await loss(id, from)
      if (!isWorth(gain, [id]) && (!worst || gain < worst.gain)) worst = { id, gain }
    }
    return worst ? pruned(without(from, worst.id)) : from
  }
}

/** Bundles of two and more known indexes, each once, in an order of their own. */
function distinct(
  bundles: readonly (readonly string[])[],
  known: ReadonlyMap<string, unknown>,
): readonly string[][] {
  const sets = bundles
    .map((b) => [...new Set(b)].sort())
    .filter((b) => b.length > 1 && b.every((id) => known.has(id)))
  const byKey = new Map(sets.map((b) => [JSON.stringify(b), b]))
  return [...byKey.keys()].sort().map((key) => byKey.get(key) as string[])
}
