import type { Context } from './given.ts'

type AnyRow = Readonly<Record<string, unknown>>

/** Runs one statement by the extended protocol; values are bound, never spliced. Read-only while planning and verifying. */
export type Query = (sql: string, values?: readonly unknown[]) => Promise<readonly AnyRow[]>

/** A value that an action is given; the CLI, the API and the page draw their forms from it. */
export interface InputSpec {
  readonly type: 'text' | 'number' | 'boolean'
  readonly help: string
  readonly optional?: boolean
}

export type Input = Readonly<Record<string, string | number | boolean>>

/** One statement of a plan. */
export interface Step {
  readonly sql: string
  readonly values?: readonly (string | number)[]
  /** False for what can't run in a transaction: VACUUM, CONCURRENTLY. */
  readonly transactional: boolean
  /** What it locks, for people: `ShareUpdateExclusiveLock on public.orders: reads and writes go on`. */
  readonly locks: string
  /** The view that shows how far it is. */
  readonly progress?: 'vacuum' | 'analyze' | 'create_index' | 'cluster'
  /** Milliseconds that the statement may take and may wait for a lock. */
  readonly timeout: number
  readonly lockTimeout: number
  /** Statements that take back what it did. */
  readonly undo?: readonly string[]
  /** When the step failed or was cut off: removes what it left behind, such as an invalid index. */
  readonly cleanup?: readonly Cleanup[]
}

/** One thing that a cut-off step may leave behind. What somebody else made under the same name must not match. */
export interface Cleanup {
  /** Gives a row while it is there. */
  readonly when: string
  readonly values?: readonly (string | number)[]
  /** Removes it. */
  readonly sql: string
}

/** Something that must hold, checked when the plan is made and again when it is run. */
export interface Precondition {
  readonly name: string
  readonly holds: boolean
  readonly detail: string
}

/** A session that would be hit, or is spared and why. With `backendStart` the pid can't be mistaken for a later one. */
export interface SessionRef {
  readonly pid: number
  /** As the server prints it at full precision; compared in the same statement that acts. */
  readonly backendStart: string
  readonly application: string
  readonly user: string | null
  readonly database: string | null
  readonly state: string | null
  /** Why it is hit, or why it is spared. */
  readonly reason: string
}

export type Risk = 'safe' | 'locks' | 'destructive'

/** What an action would do, as data. */
export interface Draft {
  readonly summary: string
  readonly risk: Risk
  readonly steps: readonly Step[]
  readonly preconditions: readonly Precondition[]
  /** What is expected of it, in words with figures. */
  readonly effect: string
  readonly hits?: readonly SessionRef[]
  readonly spared?: readonly SessionRef[]
  /**
   * What it works on: no two runs work on the same at once. With the oid, so that a table made anew under the same name
   * is another: `relation 16401 public.orders`. What begins with `cluster` is the same for each target in it.
   */
  readonly subjects: readonly string[]
  /** Subjects of findings that it mends as well, beside the tables, indexes and sessions named: `public.orders TOAST`. */
  readonly about?: readonly string[]
  /** What is measured before and after: `dead_rows`, `size`. Not part of the hash, since it moves by itself. */
  readonly before: Readonly<Record<string, number | null>>
}

/** A draft with its identity: `hash` is what a person approves, over action, input, target, subjects, steps and hits. */
export interface Plan extends Draft {
  readonly action: string
  readonly input: Input
  readonly target: string
  readonly hash: string
  /** Keys of the findings that it is to mend, where there are such. Follows from action and subjects. */
  readonly addresses?: readonly string[]
}

export interface Verification {
  readonly ok: boolean
  readonly detail: string
  readonly after: Readonly<Record<string, number | null>>
  /** When it was measured, epoch milliseconds on the server's clock; the runner adds it. */
  readonly at?: number
}

/** One remedy: plans from what it reads now, and measures afterwards. Effects are the runner's. */
export interface Action {
  readonly name: string
  readonly title: string
  readonly doc: string
  /** Who may: `owner of the table`, `pg_signal_backend`. */
  readonly needs: string
  readonly input: Readonly<Record<string, InputSpec>>
  /** Rules whose findings about the same table, index or session it mends. */
  readonly mends?: readonly string[]
  /** Reads what is there now and plans; throws AppError `cannot-plan` with the reason. */
  plan(query: Query, input: Input, context: Context): Promise<Draft>
  /** Measures again. */
  verify(query: Query, input: Input, before: Draft): Promise<Verification>
  /** Takes back a run of it that is recorded as done: planned from what is there now, else throws `cannot-plan`. */
  readonly undo?: {
    plan(query: Query, run: Run, context: Context): Promise<Draft>
    verify(query: Query, before: Draft): Promise<Verification>
  }
}

/** Checks an action's declaration at compile time; returns it unchanged. */
export const defineAction = (action: Action): Action => action

/** How an action ended. `interrupted`: pgtend or the server died meanwhile and the next start found out what was left. */
export type RunStatus = 'running' | 'done' | 'failed' | 'cancelled' | 'refused' | 'interrupted'

/** Who wanted it: a person at the CLI or page, a schedule, or a policy. */
export interface Actor {
  readonly kind: 'person' | 'schedule' | 'policy'
  readonly name: string
}

/** A run of an action, kept in the ledger as `job` while it goes on and for good in `audit` step by step. */
export interface Run {
  readonly id: string
  readonly plan: Plan
  readonly actor: Actor
  readonly status: RunStatus
  readonly startedAt: number
  readonly endedAt?: number
  readonly error?: string
  readonly verification?: Verification
  /** 0 to 1, from the progress view, where the server tells. */
  readonly progress?: number
  /** What the server is at, in its own words: `waiting for old snapshots`. Only while it runs. */
  readonly phase?: string
  /** What the server said meanwhile: warnings such as those of VACUUM, and of pgtend about what it found. */
  readonly notices?: readonly string[]
}
