import { AppError, type ErrorCode } from '../core/errors.ts'
import type { Change, EntryKind } from '../core/ledger.ts'
import type { Batch, RangeQuery } from '../core/store.ts'
import type { ListFilter } from './ledger.ts'

/** What the main thread asks of the worker that holds the database. */
export type Request =
  | { readonly kind: 'append'; readonly batches: readonly Batch[] }
  | { readonly kind: 'targets' }
  | { readonly kind: 'range'; readonly query: RangeQuery }
  | { readonly kind: 'findings'; readonly target: string; readonly since: number }
  | { readonly kind: 'maintain'; readonly now: number }
  | { readonly kind: 'write'; readonly changes: readonly Change[] }
  | { readonly kind: 'get'; readonly of: EntryKind; readonly id: string }
  | { readonly kind: 'list'; readonly of: EntryKind; readonly filter: ListFilter }
  | { readonly kind: 'close' }

export interface Call {
  readonly id: number
  readonly request: Request
}

/** An AppError on its way between threads, where classes don't survive. */
export interface Fault {
  readonly code: ErrorCode
  readonly detail: string
}

export type Reply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly fault: Fault }

/** The id of the worker's first message: whether the store could be opened. */
export const OPENED = 0

export const toFault = ({ code, detail }: AppError): Fault => ({ code, detail })
export const fromFault = ({ code, detail }: Fault): AppError => new AppError(code, detail)
