import type { Advice, Opportunity } from './advice.ts'
import type { Derived } from './derived.ts'
import type { Context, Needs, Pair } from './given.ts'
import { type Health, type Hidden, scoreHealth, type Weights } from './health.ts'
import { isManaged, type ManagedTable } from './managed.ts'
import type { Suppression } from './notice.ts'
import { type Failure, fail, type Outcome, ok } from './outcome.ts'
import type { Blindness, Finding, Rule, Thresholds } from './rule.ts'
import type { Table } from './table.ts'

type AnyRow = Readonly<Record<string, unknown>>

/** What a probe last gave, and the sample before it where counters can be differenced with it. */
export interface Sample {
  /** Epoch milliseconds on the server's clock. */
  readonly at: number
  readonly outcome: Outcome
  readonly before?: { readonly at: number; readonly rows: readonly AnyRow[] }
}

/** Everything known that the pure functions work on. */
export interface Registry {
  readonly derived: readonly Derived[]
  readonly rules: readonly Rule[]
  readonly advice: readonly Advice[]
  /**
   * Tables that nobody but the platform or an extension may change, by `schema` and `table`. Rules and advice are not shown the
   * rows about them in any table that is labelled by these two; what endangers the whole (freezing, sequences) is not.
   */
  readonly managed?: Table
}

export interface Evaluation {
  /** Outcomes of all probes and derived tables by name. */
  readonly tables: ReadonlyMap<string, Outcome>
  readonly health: Health
  readonly opportunities: readonly Opportunity[]
  /** Findings of the rules that are named here, under these thresholds: alerts have theirs. Suppressed ones included. */
  readonly findingsWith: (thresholds: Readonly<Record<string, Thresholds>>) => readonly Finding[]
}

export interface Tuning {
  /** Thresholds by rule or advice name. */
  readonly thresholds?: Readonly<Record<string, Thresholds>>
  readonly weights?: Weights
  /** Findings that somebody has decided to live with, by key: listed, but not counted. */
  readonly suppressed?: ReadonlyMap<string, Suppression>
}

interface Judge {
  readonly name: string
  readonly needs: Needs
}

/** What a rule found, and what of it could not be judged. */
interface Checked {
  readonly found: readonly Finding[]
  readonly blind: Blindness | undefined
}

type Gathered = { readonly ok: true; readonly given: Record<string, unknown> } | Blindness

/** What an evaluation leaves for the next one, by name and thresholds of the rule or advice. */
export interface Memory {
  /** What was said of which tables. */
  readonly judged: Map<string, { readonly inputs: readonly unknown[]; readonly said: unknown }>
  /** Since when each breach that has to last is seen, epoch milliseconds. */
  readonly breached: Map<string, ReadonlyMap<string, number>>
}

export const emptyMemory = (): Memory => ({ judged: new Map(), breached: new Map() })

const NONE: readonly never[] = []

/** Whether a need is met by rows that are each about a table of a schema. */
function namesTables(need: Needs[string] | undefined): boolean {
  if (!need || 'pair' in need) return false
  const { schema, table } = ('maybe' in need ? need.maybe : need).columns
  return schema?.kind === 'label' && table?.kind === 'label'
}

const outcomes = new WeakMap<readonly AnyRow[], Outcome>()

/** Of the same rows the same outcome, so that what was said of it holds. */
function asOutcome(rows: readonly AnyRow[]): Outcome {
  const known = outcomes.get(rows) ?? ok(rows)
  outcomes.set(rows, known)
  return known
}

/**
 * Facts → derived tables → findings and opportunities → health. Pure but for `memory`, which it reads and fills.
 * `kept`: derived tables computed before from the same samples, so that a tick doesn't go through the minute's again.
 */
export function evaluate(
  registry: Registry,
  latest: ReadonlyMap<string, Sample>,
  context: Context,
  tuning: Tuning = {},
  kept: ReadonlyMap<string, Outcome> = new Map(),
  memory: Memory = emptyMemory(),
): Evaluation {
  // A copy: `findingsWith` may be asked when newer samples have come.
  const samples = new Map(latest)
  const tables = new Map<string, Outcome>(kept)
  for (const [name, sample] of samples) tables.set(name, sample.outcome)
  const byName = new Map(registry.derived.map((d) => [d.name, d]))

  const outcomeOf = (table: Table): Outcome => {
    const known = tables.get(table.name)
    if (known) return known
    const derived = byName.get(table.name)
    if (!derived) return fail('pending', `${table.name} has not been read yet`)
    const outcome = compute(derived)
    tables.set(table.name, outcome)
    return outcome
  }

  const pairOf = (table: Table): Pair<AnyRow> | Failure => {
    const outcome = outcomeOf(table)
    if (!outcome.ok) return outcome
    const sample = samples.get(table.name)
    if (!sample?.before) return fail('pending', `${table.name} needs a second sample`)
    const seconds = (sample.at - sample.before.at) / 1000
    if (seconds <= 0)
      return fail('pending', `the clock of the server went back between two samples of ${table.name}`)
    return { now: outcome.rows, before: sample.before.rows, seconds }
  }

  const managed = (): readonly ManagedTable[] => {
    const outcome = registry.managed && outcomeOf(registry.managed)
    return outcome?.ok ? (outcome.rows as unknown as readonly ManagedTable[]) : NONE
  }

  const gather = (needs: Needs): Gathered => {
    const given: Record<string, unknown> = {}
    for (const [key, need] of Object.entries(needs)) {
      if ('maybe' in need) {
        const outcome = outcomeOf(need.maybe)
        given[key] = outcome.ok ? outcome.rows : undefined
      } else if ('pair' in need) {
        const both = pairOf(need.pair)
        if ('ok' in both) return { ...both, table: need.pair.name }
        given[key] = both
      } else {
        const outcome = outcomeOf(need)
        if (!outcome.ok) return { ...outcome, table: need.name }
        given[key] = outcome.rows
      }
    }
    return { ok: true, given }
  }

  const compute = (derived: Derived): Outcome => {
    const gathered = gather(derived.from)
    if (!gathered.ok) {
      const { table: _, ...failure } = gathered
      return failure
    }
    const result = derived.compute(gathered.given as never, context)
    return 'ok' in result ? result : asOutcome(result as readonly AnyRow[])
  }

  for (const derived of registry.derived) outcomeOf(derived)

  /** What a rule or advice is shown of what was gathered for it: nothing that its reader can't act on. */
  const actionable = (needs: Needs, given: Record<string, unknown>): Record<string, unknown> => {
    const theirs = managed()
    if (theirs.length === 0) return given
    const isOurs = (row: AnyRow) => !isManaged(theirs, row)
    return Object.fromEntries(
      Object.entries(given).map(([key, rows]) => {
        const isOfTables = rows !== undefined && namesTables(needs[key])
        return [key, isOfTables ? (rows as readonly AnyRow[]).filter(isOurs) : rows]
      }),
    )
  }

  /** What it said before, where the very same tables are before it; else what it says now. */
  const remembered = <T>({ name, needs }: Judge, thresholds: Thresholds, say: () => T): T => {
    const inputs = Object.values(needs).flatMap((need): unknown[] => {
      if ('pair' in need) return [outcomeOf(need.pair), samples.get(need.pair.name)?.before]
      const outcome = outcomeOf('maybe' in need ? need.maybe : need)
      return namesTables(need) ? [outcome, managed()] : [outcome]
    })
    const key = judgeKey(name, thresholds)
    const last = memory.judged.get(key)
    // Without inputs it judges the context, which is new each time.
    const same = last?.inputs.length === inputs.length && inputs.length > 0
    if (same && inputs.every((input, at) => input === last.inputs[at])) return last.said as T
    const said = say()
    memory.judged.set(key, { inputs, said })
    return said
  }

  const check = (rule: Rule, given: Record<string, unknown>, thresholds: Thresholds): Checked => {
    const { found, blind } = remembered(rule, thresholds, (): Checked => {
      const shown = actionable(rule.needs, given) as never
      const { name, title } = rule
      return {
        found: rule
          .check(shown, thresholds, context)
          .map((b) => ({ ...b, key: `${name}/${b.subject}`, rule: name, title })),
        blind: rule.blindTo?.(shown, context),
      }
    })
    if (rule.lasting === undefined) return { found, blind }
    const key = judgeKey(rule.name, thresholds)
    const before = memory.breached.get(key)
    const since = new Map(found.map((f) => [f.key, before?.get(f.key) ?? context.at]))
    memory.breached.set(key, since)
    const enough = (thresholds[rule.lasting] ?? 0) * 1000
    return { found: found.filter((f) => context.at - (since.get(f.key) as number) >= enough), blind }
  }

  const all: Finding[] = []
  const unknown: Hidden[] = []
  const inapplicable = new Set<string>()
  for (const rule of registry.rules) {
    const gathered = gather(rule.needs)
    if (gathered.ok) {
      const thresholds = { ...rule.thresholds, ...tuning.thresholds?.[rule.name] }
      const { found, blind } = check(rule, gathered.given, thresholds)
      all.push(...found)
      if (blind) unknown.push(unknownOf(rule, blind))
    } else if (gathered.reason === 'unsupported') inapplicable.add(rule.name)
    else unknown.push(unknownOf(rule, gathered))
  }

  const opportunities: Opportunity[] = []
  for (const advice of registry.advice) {
    const gathered = gather(advice.needs)
    if (!gathered.ok) continue
    const thresholds = { ...advice.thresholds, ...tuning.thresholds?.[advice.name] }
    const said = remembered(advice, thresholds, () =>
      advice
        .recommend(actionable(advice.needs, gathered.given) as never, thresholds, context)
        .map((found) => ({
          ...found,
          key: `${advice.name}/${found.subject}`,
          advice: advice.name,
          title: advice.title,
        })),
    )
    opportunities.push(...said)
  }

  const findingsWith: Evaluation['findingsWith'] = (thresholds) =>
    registry.rules.flatMap((rule) => {
      const gathered = thresholds[rule.name] ? gather(rule.needs) : undefined
      return gathered?.ok
        ? check(rule, gathered.given, { ...rule.thresholds, ...thresholds[rule.name] }).found
        : []
    })

  const { rules } = registry
  const { weights = {}, suppressed } = tuning
  const findings = all.filter((f) => !suppressed?.has(f.key))
  const scored = scoreHealth({ rules, findings, unknown, inapplicable, weights })
  const spared = all.flatMap((f) => {
    const suppression = suppressed?.get(f.key)
    return suppression ? [{ ...f, suppression }] : []
  })
  const health = spared.length > 0 ? { ...scored, suppressed: spared } : scored
  return { tables, health, opportunities, findingsWith }
}

function unknownOf({ name, title }: Rule, { ok: _, ...why }: Blindness): Hidden {
  return { ...why, rule: name, title }
}

const judgeKey = (name: string, thresholds: Thresholds): string => `${name} ${JSON.stringify(thresholds)}`
