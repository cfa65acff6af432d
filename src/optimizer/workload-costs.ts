/** What the workload would take under sets of indexes, each question asked of the planner once. */
export interface WorkloadCosts {
  readonly queries: number
  /** The queries that the index could matter to. */
  touchedBy(id: string): ReadonlySet<number>
  /** Seconds of one query in the window. */
  of(query: number, ids: ReadonlySet<string>): Promise<number>
  /** Seconds of all queries in the window. */
  total(ids: ReadonlySet<string>): Promise<number>
  /** How often the planner had to be asked. */
  calls(): number
}

export interface CostSource {
  readonly queries: number
  /** Whether the plans of the query could depend on the index. */
  relevant(query: number, id: string): boolean
  /** Seconds of the query in the window with exactly these of its relevant indexes, which come sorted. */
  price(query: number, ids: readonly string[]): Promise<number>
}

/** Answers are kept by query and those of the indexes that are relevant to it, so that most questions cost nothing. */
export function createWorkloadCosts(source: CostSource): WorkloadCosts {
  const known = new Map<string, number>()
  const touched = new Map<string, ReadonlySet<number>>()
  let calls = 0
  const all = Array.from({ length: source.queries }, (_, q) => q)
  const touchedBy = (id: string): ReadonlySet<number> => {
    let set = touched.get(id)
    if (!set) {
      set = new Set(all.filter((q) => source.relevant(q, id)))
      touched.set(id, set)
    }
    return set
  }
  const of = async (query: number, ids: ReadonlySet<string>): Promise<number> => {
    const own = [...ids].filter((id) => touchedBy(id).has(query)).sort()
    const key = JSON.stringify([query, ...own])
    let seconds = known.get(key)
    if (seconds === undefined) {
      calls++
      seconds = await source.price(query, own)
      known.set(key, seconds)
    }
    return seconds
  }
  return {
    queries: source.queries,
    touchedBy,
    of,
    async total(ids) {
      let sum = 0
      for (let q = 0; q < source.queries; q++) sum += await of(q, ids)
      return sum
    },
    calls: () => calls,
  }
}

/** Seconds that the queries touched by `changed` take less under `after` than under `before`. */
export async function readGain(
  costs: WorkloadCosts,
  before: ReadonlySet<string>,
  after: ReadonlySet<string>,
  changed: readonly string[],
): Promise<number> {
  let gain = 0
  for (const q of new Set(changed.flatMap((id) => [...costs.touchedBy(id)])))
    gain += (await costs.of(q, before)) - (await costs.of(q, after))
  return gain
}
