import type { Draft } from './action.ts'

type Measures = Readonly<Record<string, number | null>>

/** What a run did about a finding, with what its action measured. */
export interface Mending {
  /** Id of the run. */
  readonly run: string
  readonly action: string
  /** `Vacuum public.orders`. */
  readonly summary: string
  /** Name of who wanted it. */
  readonly by: string
  /** When it began and when it was measured, epoch milliseconds on the watched server's clock. */
  readonly from: number
  readonly at: number
  /** Whether the action's own verification held. */
  readonly ok: boolean
  /** In words with figures: `Dead rows 12,599 → 0`. */
  readonly detail: string
  readonly before: Measures
  readonly after: Measures
}

/** A mending that waits for the next look at the finding: kind `attempt` of the ledger. */
export interface Attempt extends Mending {
  /** Of the finding. */
  readonly key: string
}

/**
 * `verified-fixed`: a run addressed it, and the next look at the same facts found it gone. `gone`: no longer found, by no
 * run of ours. `reopened`: a run addressed it, and it is still found. `returned`: found again after it was verified fixed.
 */
export type FindingOutcome = 'open' | 'reopened' | 'returned' | 'gone' | 'verified-fixed'

export interface Mendings {
  /** The run that fixed it. */
  readonly fixedBy?: Mending
  /** The last run that was to fix it and did not. */
  readonly triedBy?: Mending
  /** The run that had fixed it before it came back. */
  readonly returnedAfter?: Mending
}

export function outcomeOf(record: Mendings & { readonly resolvedAt: number | null }): FindingOutcome {
  if (record.resolvedAt !== null) return record.fixedBy ? 'verified-fixed' : 'gone'
  if (record.triedBy) return 'reopened'
  return record.returnedAfter ? 'returned' : 'open'
}

/** A session ends and its number is given to another: such a subject never comes back. */
export const isPassing = (subject: string): boolean => subject.startsWith('pid ')

/**
 * Keys of the findings that a plan addresses: those of the rules that its action mends about what the plan works on.
 * Findings name a table `schema.table`, an index `index schema.name`, a session `pid 4711`; what they name in another way
 * the plan itself tells.
 */
export function addressedBy(
  mends: readonly string[],
  { subjects, hits = [], about: others = [] }: Pick<Draft, 'subjects' | 'hits' | 'about'>,
): string[] {
  const relations = subjects.flatMap((s) => /^relation \d+ (.+)$/s.exec(s)?.[1] ?? [])
  const about = [
    ...relations.flatMap((name) => [name, `index ${name}`]),
    ...hits.map((h) => `pid ${h.pid}`),
    ...others,
  ]
  return mends.flatMap((rule) => about.map((subject) => `${rule}/${subject}`))
}

/** The rule that a finding's key begins with. */
export const ruleOf = (key: string): string => key.slice(0, key.indexOf('/'))
