import type { Opportunity } from '../core/advice.ts'
import type { ErrorCode } from '../core/errors.ts'
import type { Health } from '../core/health.ts'
import type { Outcome } from '../core/outcome.ts'
import type { Capabilities } from '../core/server.ts'
import type { Cost } from './cycle.ts'

/** A table as last read, and when, on the server's clock in epoch milliseconds. */
export interface TableState {
  readonly outcome: Outcome
  readonly at: number
}

/** An error as it is shown: code of the error table, message, and what to do. */
export interface Trouble {
  readonly code: ErrorCode
  readonly message: string
  readonly remedy: string
}

/** All that is known of one target now. */
export interface TargetState {
  readonly id: string
  readonly name: string
  /** Without password. */
  readonly url: string
  readonly connection: 'connecting' | 'connected' | 'unreachable'
  /** When that connection state began, epoch milliseconds. */
  readonly since: number
  readonly error?: Trouble
  /** Set while the history can't be written: nothing is lost as long as it is short. */
  readonly storeError?: Trouble
  readonly capabilities?: Capabilities
  /** The last cycle, epoch milliseconds on the server's clock. */
  readonly at?: number
  readonly tables: ReadonlyMap<string, TableState>
  readonly health?: Health
  readonly opportunities: readonly Opportunity[]
  /** By probe, of its last run. */
  readonly costs: ReadonlyMap<string, Cost>
}
