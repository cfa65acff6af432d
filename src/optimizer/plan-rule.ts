import type { Evidence, Severity } from '../core/rule.ts'
import type { Explained, PlacedNode } from './plan-node.ts'
import type { TableFacts } from './schema.ts'

export interface PlanContext {
  readonly explained: Explained
  readonly nodes: readonly PlacedNode[]
  /** What is known of the tables, for plans that were not executed. */
  readonly tables: readonly TableFacts[]
}

/** One node that a rule objects to. */
export interface PlanMark {
  readonly at: PlacedNode
  /** One sentence with the figures in it. */
  readonly message: string
  readonly advice: string
  readonly evidence: Evidence
}

/** Something in a plan that costs time: pure, over EXPLAIN (FORMAT JSON). */
export interface PlanRule {
  readonly name: string
  readonly title: string
  readonly severity: Severity
  /** What it means, and from which figures it is told. */
  readonly doc: string
  check(context: PlanContext): Iterable<PlanMark>
}

/** Checks a rule's declaration at compile time; returns it unchanged. */
export const definePlanRule = (rule: PlanRule): PlanRule => rule
