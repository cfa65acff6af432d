import type { Evaluation, Registry, Sample, Tuning } from '../core/evaluate.ts'
import { emptyMemory, evaluate } from '../core/evaluate.ts'
import type { Context } from '../core/given.ts'
import { type Outcome, ok } from '../core/outcome.ts'
import type { Cadence, Lookup, Probe } from '../core/probe.ts'
import { renewedBy } from './history.ts'

type AnyRow = Readonly<Record<string, unknown>>
type Key = string | number

/** A probe to send and the values for its `$1`. */
export interface Request {
  readonly probe: Probe
  readonly values?: readonly Key[]
}

interface Answer {
  readonly outcome: Outcome
}

/** The catalogs' own counters: schema facts are fetched again only when they moved. */
const CHANGE_DETECTOR = 'catalog-changes'
/** Keys asked for in one lookup at most, so that no statement holds thousands of locks or texts. */
const LOOKUP_BATCH = 1000

/**
 * What is known of one target: the last sample of each probe, the one before it for what is told from two,
 * and rows looked up so far. Decides what to ask next; asks nothing itself.
 */
export interface Facts {
  /** Requests for the cadences that are due. */
  due(cadences: ReadonlySet<Cadence>): readonly Request[]
  /**
   * Takes the answers of a flight; `at` is the server's clock in epoch milliseconds, `elapsed` a clock of our own that nobody
   * sets, in milliseconds: where the two disagree, the server's was set, and no counter is differenced across that.
   */
  take(at: number, results: ReadonlyMap<string, Answer>, asked: readonly Request[], elapsed?: number): void
  /** Requests for rows that what is known now calls for. `sweep`: those to be refreshed too. */
  lookups(evaluation: Evaluation, sweep: boolean): readonly Request[]
  evaluate(context: Context, tuning: Tuning): Evaluation
  /** The sample before the last one, where counters may be differenced with it. */
  before(probe: string): Sample['before']
  /** Whether the schema is known as it was when the catalogs' counters were last read. */
  readonly schemaCurrent: boolean
  /** Forgets earlier samples: after a restart or failover no counter may be differenced across it. */
  gap(): void
}

/** Tables that something is judged of over two samples. */
function pairedBy({ derived, rules, advice }: Registry): ReadonlySet<string> {
  const needs = [...derived.map((d) => d.from), ...[...rules, ...advice].map((judge) => judge.needs)]
  return new Set(needs.flatMap(Object.values).flatMap((need) => ('pair' in need ? [need.pair.name] : [])))
}

export function createFacts(probes: readonly Probe[], registry: Registry): Facts {
  const paired = pairedBy(registry)
  const samples = new Map<string, Sample>()
  const found = new Map<string, Map<Key, AnyRow>>()
  const fruitless = new Map<string, Set<Key>>()
  /** What each lookup was last decided by, where it had nothing to ask. */
  const content = new Map<string, ReadonlyMap<string, Outcome | undefined>>()
  /** Probes whose last sample lies before a restart: shown still, but not differenced with. */
  const broken = new Set<string>()
  /** Our own clock at the last sample of each probe. */
  const taken = new Map<string, number>()
  /** Probes with a new sample since the last evaluation; derived tables of the others are as they were. */
  const renewed = new Set<string>()
  let last: { readonly evaluation: Evaluation; readonly context: Context } | undefined
  const memory = emptyMemory()
  let schemaToken: unknown

  const tokenNow = (): unknown => {
    const outcome = samples.get(CHANGE_DETECTOR)?.outcome
    return outcome?.ok ? outcome.rows[0]?.token : undefined
  }

  const isDue = (probe: Probe, cadences: ReadonlySet<Cadence>): boolean => {
    if (probe.every === 'schema') {
      if (!cadences.has('minute')) return false
      const token = tokenNow()
      // Without the detector the sweep's rhythm has to do.
      return token === undefined ? schemaToken === undefined || cadences.has('sweep') : token !== schemaToken
    }
    return cadences.has(probe.every)
  }

  const keep = (probe: Probe, at: number, outcome: Outcome, elapsed: number | undefined): void => {
    const last = samples.get(probe.name)
    const before = taken.get(probe.name)
    const steady =
      elapsed === undefined || before === undefined || !last || agree(at - last.at, elapsed - before)
    if (elapsed !== undefined) taken.set(probe.name, elapsed)
    renewed.add(probe.name)
    const counts = paired.has(probe.name) || Object.values(probe.columns).some((c) => c.kind === 'counter')
    const continuous = !broken.delete(probe.name)
    if (counts && continuous && steady && outcome.ok && last?.outcome.ok) {
      samples.set(probe.name, { at, outcome, before: { at: last.at, rows: last.outcome.rows } })
    } else samples.set(probe.name, { at, outcome })
  }

  const keepLookup = (lookup: Lookup, request: Request, at: number, outcome: Outcome): void => {
    const name = request.probe.name
    renewed.add(name)
    const rows = found.get(name) ?? new Map<Key, AnyRow>()
    // The newest last, so that those longest ago are refreshed first.
    if (outcome.ok) for (const row of outcome.rows) rows.delete(lookup.key(row))
    if (outcome.ok) for (const row of outcome.rows) rows.set(lookup.key(row), row)
    const none = fruitless.get(name) ?? new Set<Key>()
    if (outcome.ok) for (const key of request.values ?? []) if (!rows.has(key)) none.add(key)
    found.set(name, rows)
    fruitless.set(name, none)
    samples.set(name, { at, outcome: outcome.ok || rows.size > 0 ? ok([...rows.values()]) : outcome })
  }

  return {
    due(cadences) {
      const chosen = probes.filter((p) => !p.lookup && isDue(p, cadences))
      // First of all, so that a change after it is seen as one the next time.
      chosen.sort((a, b) => Number(b.name === CHANGE_DETECTOR) - Number(a.name === CHANGE_DETECTOR))
      return chosen.map((probe) => ({ probe }))
    },

    take(at, results, asked, elapsed) {
      for (const request of asked) {
        const { probe } = request
        const outcome = results.get(probe.name)?.outcome
        if (!outcome) continue
        if (probe.lookup) keepLookup(probe.lookup, request, at, outcome)
        else keep(probe, at, outcome, elapsed)
      }
      const schema = asked.filter((r) => r.probe.every === 'schema')
      if (schema.length > 0 && schema.every((r) => results.get(r.probe.name)?.outcome.ok))
        schemaToken = tokenNow()
    },

    lookups(evaluation, sweep) {
      const requests: Request[] = []
      for (const probe of probes) {
        const { lookup, name } = probe
        if (!lookup) continue
        const last = content.get(name)
        if (!sweep && last && [...last].every(([table, seen]) => evaluation.tables.get(table) === seen))
          continue
        const looked = new Map<string, Outcome | undefined>()
        const read = (table: string): readonly AnyRow[] => {
          const outcome = evaluation.tables.get(table)
          looked.set(table, outcome)
          return outcome?.ok ? outcome.rows : []
        }
        if (sweep) fruitless.delete(name)
        const live = lookup.live(read)
        prune(found.get(name), live)
        const none = fruitless.get(name)
        const wanted = lookup.refresh && sweep ? oldestFirst(live, found.get(name)) : lookup.wants(read)
        const values = [...new Set(wanted)].filter((key) => !none?.has(key)).slice(0, LOOKUP_BATCH)
        if (values.length > 0) requests.push({ probe, values })
        if (values.length > 0) content.delete(name)
        else content.set(name, looked)
      }
      return requests
    },

    before: (probe) => samples.get(probe)?.before,

    get schemaCurrent() {
      const token = tokenNow()
      return token !== undefined && token === schemaToken
    },

    evaluate(context, tuning) {
      const kept =
        last?.context.server === context.server ? keptOf(last.evaluation, registry, renewed) : undefined
      if (!kept) memory.judged.clear()
      const evaluation = evaluate(registry, samples, context, tuning, kept, memory)
      last = { evaluation, context }
      renewed.clear()
      return evaluation
    },

    gap() {
      for (const [name, { at, outcome }] of samples) {
        samples.set(name, { at, outcome })
        broken.add(name)
      }
      schemaToken = undefined
      last = undefined
    },
  }
}

/** Whether two clocks ran alike: a flight may begin late on either side, so a tenth, and two seconds, are no jump. */
const agree = (server: number, own: number): boolean => Math.abs(server - own) <= Math.max(2000, own / 10)

/** The derived tables that need nothing of what was renewed. */
function keptOf(
  { tables }: Evaluation,
  { derived }: Registry,
  renewed: ReadonlySet<string>,
): ReadonlyMap<string, Outcome> {
  const stale = renewedBy(renewed, derived)
  const kept = new Map<string, Outcome>()
  for (const { name } of derived) {
    const outcome = tables.get(name)
    if (outcome && !stale.has(name)) kept.set(name, outcome)
  }
  return kept
}

/** Keys without a row first, then those whose rows are oldest: with more than fit into a batch each has its turn. */
function oldestFirst(live: ReadonlySet<Key>, rows: ReadonlyMap<Key, AnyRow> | undefined): Key[] {
  const known = [...(rows?.keys() ?? [])].filter((key) => live.has(key))
  return [...[...live].filter((key) => !rows?.has(key)), ...known]
}

function prune(rows: Map<Key, AnyRow> | undefined, live: ReadonlySet<Key>): void {
  if (!rows) return
  for (const key of rows.keys()) if (!live.has(key)) rows.delete(key)
}
