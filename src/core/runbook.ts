import type { Actor, Input, Plan, Query, RunStatus, SessionRef, Verification } from './action.ts'
import type { Context } from './given.ts'
import type { Thresholds } from './rule.ts'

/** One action of a runbook, and what follows when it does not help. */
export interface Move {
  readonly action: string
  readonly input: Input
  /** Why, with figures. */
  readonly reason: string
  /** Run when the first did not have its effect after `patience` milliseconds. */
  readonly otherwise?: { readonly action: string; readonly input: Input; readonly patience: number }
}

/** What a runbook sees when it looks. */
export interface Detection {
  /** Whether there is something to recover from. */
  readonly found: boolean
  /** One sentence with the figures in it. */
  readonly summary: string
  readonly measures: Readonly<Record<string, number | null>>
  /** Things that a person should know by name: applications that leak, tables that are not there. */
  readonly named: readonly string[]
  /** In the order they are to be run. */
  readonly moves: readonly Move[]
  /** Sessions that were looked at and are left alone, with the reason. */
  readonly spared: readonly SessionRef[]
  /** Subjects of findings that all moves together are to mend; what a single one mends its action tells. */
  readonly about?: readonly string[]
}

/** One way out of an incident: looks, proposes actions, looks again. Effects are the runner's. */
export interface Runbook<T extends Thresholds = Thresholds> {
  readonly name: string
  readonly title: string
  readonly doc: string
  /** Rules whose findings call for it: what a policy waits for. */
  readonly rules: readonly string[]
  /** Those of the rules whose findings about the subjects of a detection it mends as a whole. */
  readonly mends?: readonly string[]
  readonly thresholds: T
  /** Only inside the maintenance window, unless forced. */
  readonly inWindow: boolean
  /** Reads what is there now. Method syntax, so that a registry may hold runbooks of any thresholds. */
  detect(query: Query, thresholds: { readonly [K in keyof T]: number }, context: Context): Promise<Detection>
  /** Looks again after the moves: did it help? */
  verify(
    query: Query,
    thresholds: { readonly [K in keyof T]: number },
    before: Detection,
    context: Context,
  ): Promise<Verification>
}

/** Checks a runbook's declaration at compile time; returns it unchanged. */
export const defineRunbook = <const T extends Thresholds>(runbook: Runbook<T>): Runbook<T> => runbook

/** A move with its plans. */
export interface PlannedMove extends Move {
  readonly plan: Plan
  /** The plan of what follows when the first does not help. */
  readonly next?: Plan
}

/** What a runbook would do now. `hash` is what a person approves. */
export interface RunbookPlan {
  readonly runbook: string
  readonly title: string
  readonly target: string
  /** Epoch milliseconds; a plan that is too old is not run. */
  readonly at: number
  readonly detected: boolean
  readonly summary: string
  readonly measures: Readonly<Record<string, number | null>>
  readonly named: readonly string[]
  readonly about?: readonly string[]
  readonly steps: readonly PlannedMove[]
  /** Every session that would be hit, in order. */
  readonly hits: readonly SessionRef[]
  /** Every session that is left alone, with the reason. */
  readonly spared: readonly SessionRef[]
  /** What could not be planned, with the reason. */
  readonly leftAlone: readonly { readonly subject: string; readonly reason: string }[]
  /** Why it can not be run now, such as a closed window. */
  readonly refused?: string
  readonly hash: string
}

/** What became of one move. `gone`: what it was for was no longer there, so nothing was done. */
export interface MoveReport {
  readonly action: string
  readonly input: Input
  readonly reason: string
  readonly status: RunStatus | 'gone'
  readonly run?: string
  readonly detail?: string
  readonly error?: string
}

/** `interrupted`: pgtend ended in the middle. `not-recovered`: all was done and the trouble is still there. */
export type RecoveryStatus = 'running' | 'recovered' | 'not-recovered' | 'failed' | 'interrupted'

/** One use of a runbook, kept in the ledger. */
export interface RunbookRun {
  readonly id: string
  readonly runbook: string
  readonly title: string
  readonly target: string
  readonly actor: Actor
  readonly hash: string
  readonly status: RecoveryStatus
  /** Epoch milliseconds. */
  readonly startedAt: number
  readonly endedAt?: number
  /** From the start until it was verified that the trouble is gone. */
  readonly secondsToRecovery?: number
  readonly summary: string
  readonly steps: readonly MoveReport[]
  /** Sessions ended or statements cancelled. */
  readonly freed: number
  readonly spared: readonly SessionRef[]
  readonly verification?: Verification
  readonly error?: string
}
