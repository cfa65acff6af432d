import type { Input } from './action.ts'
import type { Context, Given, Needs } from './given.ts'
import type { Evidence, Thresholds } from './rule.ts'

/** Something worth doing, with its proof. */
export interface Recommendation {
  /** Stable: lets a user dismiss it once. */
  readonly subject: string
  readonly summary: string
  readonly evidence: Evidence
  /** What is gained, in words with figures. */
  readonly gain: string
  readonly risk: string
  readonly confidence: 'high' | 'medium' | 'low'
  /** Why the confidence is what it is. */
  readonly because: string
  /** Statements that would do it, and those that would undo it. Never run by themselves. */
  readonly sql?: readonly string[]
  readonly undo?: readonly string[]
  /** The action that does it, planned anew and under guards once somebody asks for it. */
  readonly action?: { readonly name: string; readonly input: Input }
}

export interface Opportunity extends Recommendation {
  readonly key: string
  readonly advice: string
  readonly title: string
}

/** One kind of recommendation: pure, over typed facts. */
export interface Advice<N extends Needs = Needs, T extends Thresholds = Thresholds> {
  readonly name: string
  readonly title: string
  readonly doc: string
  readonly needs: N
  readonly thresholds: T
  recommend(
    given: Given<N>,
    thresholds: { readonly [K in keyof T]: number },
    context: Context,
  ): readonly Recommendation[]
}

/** Checks an advice's declaration at compile time; returns it unchanged. */
export const defineAdvice = <const N extends Needs, const T extends Thresholds>(
  advice: Advice<N, T>,
): Advice<N, T> => advice
