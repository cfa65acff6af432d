import type { ActionSession } from '../core/action-session.ts'
import type { Context } from '../core/given.ts'
import type { Ledger } from '../core/ledger.ts'
import type { Operator } from './operator.ts'

/** Where recovery meets the rest of the house. */
export interface RecoveryPorts {
  readonly ledger: Ledger
  /** Its sessions come from the same reserve as `open`. */
  readonly operator: Operator
  /** Unique to this process. */
  readonly owner: string
  /** A session to read through; one in reserve when the server has no slot left. */
  readonly open: (target: string) => Promise<ActionSession>
  readonly context: (target: string) => Pick<Context, 'at' | 'limits'> | undefined
  /** Whether the maintenance window is open, and when it opens next, epoch milliseconds. */
  readonly window: () => { readonly open: boolean; readonly next: number; readonly timezone: string }
  readonly settings: {
    readonly policies: Readonly<Record<string, { readonly enabled: boolean; readonly perHour: number }>>
    readonly thresholds: Readonly<Record<string, Readonly<Record<string, number>>>>
  }
  /** Epoch milliseconds. */
  readonly now: () => number
}
