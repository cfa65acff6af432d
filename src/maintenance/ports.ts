import type { ActionSession } from '../core/action-session.ts'
import type { Context } from '../core/given.ts'
import type { Ledger } from '../core/ledger.ts'
import type { MaintenanceSettings } from '../core/maintenance.ts'
import type { Thresholds } from '../core/rule.ts'
import type { Store } from '../core/store.ts'
import type { Operator } from '../operations/operator.ts'
import type { Condition } from './pause.ts'
import type { Facts } from './planner.ts'

/** A target as it is now. */
export interface Look {
  readonly condition: Condition
  readonly context: Context
  readonly facts: Omit<Facts, 'bloats'>
}

/** Where maintenance meets the rest of the house. */
export interface Ports {
  readonly ledger: Ledger
  readonly operator: Operator
  /** Unique to this process. */
  readonly owner: string
  readonly settings: MaintenanceSettings
  /** Thresholds of rules by name, over their defaults. */
  readonly thresholds: Readonly<Record<string, Thresholds>>
  /** Looks afresh: what was read a minute ago may have been vacuumed since. Throws AppError. */
  readonly look: (target: string) => Promise<Look>
  /** What the monitor knows without asking, between two actions; undefined where nobody watches. */
  readonly condition: (target: string) => Condition | undefined
  /** The records of findings, for reports. */
  readonly findings?: Store['findings']
  readonly open: (target: string) => Promise<ActionSession>
  /** Backs a target up and says in a sentence how it went. Absent where no backups are set up. */
  readonly backup?: (target: string) => Promise<{ readonly ok: boolean; readonly summary: string }>
  /** Epoch milliseconds. */
  readonly now: () => number
  /** How often the clock is looked at, in ms. */
  readonly lookEvery: number
  /** Told of failures that no caller sees. */
  readonly onError: (error: Error) => void
}
