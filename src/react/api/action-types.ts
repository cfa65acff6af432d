import type { Input, InputSpec, Plan, Run, SessionRef } from '../../core/action.ts'

export type { Precondition, Risk, RunStatus, Step } from '../../core/action.ts'
export type { Input, Plan, Run, SessionRef }

/** An action with what it is to be done to, as advice names it. */
export interface ActionRef {
  readonly name: string
  readonly input: Input
}

/** The answer of `GET /api/actions`. `allowed`: pgtend was started with --allow-actions. */
export interface ActionsAnswer {
  readonly allowed: boolean
  readonly actions: readonly {
    readonly name: string
    readonly title: string
    readonly doc: string
    readonly needs: string
    readonly input: Readonly<Record<string, InputSpec>>
  }[]
}

/** The answer of `GET /api/runs`, newest first. */
export interface RunsAnswer {
  readonly runs: readonly Run[]
}
