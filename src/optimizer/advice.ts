/** What the optimizer says of a workload: plain data for every surface. */
import type { Input } from '../core/action.ts'
import type { PlanNode } from './plan-node.ts'
import type { IndexSpec } from './planner.ts'
import type { Gap } from './schema.ts'
import type { LeftOut } from './workload.ts'
import type { WriteCost } from './write-cost.ts'

export interface WorkloadAdvice {
  /** The window that the statements were counted in, in seconds. */
  readonly window: number
  /** Statements that were planned. */
  readonly statements: number
  /** Of these, those planned for any value of a parameter of which nothing is known. */
  readonly generic: number
  /** Execution time in the window of the statements that were planned, and what it would be with all the indexes, in seconds. */
  readonly before: number
  readonly after: number
  /** Those that save most first. */
  readonly indexes: readonly IndexAdvice[]
  readonly drops: readonly DropAdvice[]
  /** Statements with 2 % of the time and more that no index makes faster: they need another text. */
  readonly unhelped: readonly UnhelpedStatement[]
  /** Why no advice is given although there is a workload; none otherwise. */
  readonly withheld?: { readonly reason: string; readonly remedy?: string }
  readonly leftOut: readonly LeftOut[]
  /** What plans could not take into account. */
  readonly gaps: readonly Gap[]
  readonly effort: {
    readonly candidates: number
    /** Candidates that some plan uses. */
    readonly useful: number
    /** Questions to the planner while choosing. */
    readonly calls: number
  }
}

export type Confidence = 'high' | 'medium' | 'low'

export interface IndexAdvice {
  readonly name: string
  readonly spec: IndexSpec
  /** For a person, without the method and quotes where they are obvious. */
  readonly summary: string
  /** Run one by one, outside a transaction. */
  readonly ddl: readonly string[]
  readonly undo: readonly string[]
  /** Its part of what all advised indexes together save of the execution time in the window, in seconds. */
  readonly saves: number
  /** The same as part of the execution time of all planned statements, 0..1. */
  readonly share: number
  /** Seconds in the window that would be lost without it, when all the others are there. */
  readonly lostWithout: number
  /** Estimated. */
  readonly bytes: number
  readonly writeCost: WriteCost
  readonly confidence: Confidence
  /** Why the confidence is what it is, as sentences. */
  readonly because: readonly string[]
  /** Statements whose plan uses it, those that gain most first. */
  readonly statements: readonly AffectedStatement[]
  /** The action that makes it; none where it can't (a partitioned table). */
  readonly action?: { readonly name: string; readonly input: Input }
}

export interface AffectedStatement {
  readonly queryIds: readonly string[]
  /** Without literals. */
  readonly text: string
  readonly calls: number
  /** Execution time in the window. */
  readonly seconds: number
  /** Planner's cost now and with all the advised indexes, over the constants tried. */
  readonly costBefore: number
  readonly costAfter: number
  /** With the constants that are most like what ran. */
  readonly planBefore: PlanNode
  readonly planAfter: PlanNode
}

export interface UnhelpedStatement {
  readonly queryIds: readonly string[]
  /** Without literals. */
  readonly text: string
  readonly calls: number
  /** Execution time in the window, and as part of that of all planned statements. */
  readonly seconds: number
  readonly share: number
}

/** An existing index that another one, there or advised, makes needless. */
export interface DropAdvice {
  readonly schema: string
  readonly index: string
  readonly table: string
  /** The index that does its work. */
  readonly coveredBy: string
  readonly bytes: number
  readonly ddl: readonly string[]
  readonly undo: readonly string[]
  readonly because: string
  readonly action: { readonly name: string; readonly input: Input }
}
