/**
 * Why a table has no rows.
 * unsupported: this server can't have it (version, primary or standby), so it is not asked for.
 * denied: a privilege is missing. missing: an extension or object is missing. pending: needs another sample.
 * timeout: lock or statement timeout, or our own deadline. failed: anything else.
 */
export type Reason = 'unsupported' | 'denied' | 'missing' | 'pending' | 'timeout' | 'failed'

export interface Failure {
  readonly ok: false
  readonly reason: Reason
  readonly detail: string
  /** What would make it known: SQL to run or a setting to change. */
  readonly fix?: string
}

export interface Success<R> {
  readonly ok: true
  readonly rows: readonly R[]
}

/** Rows, or why there are none. Never an exception. */
export type Outcome<R = Readonly<Record<string, unknown>>> = Success<R> | Failure

export const ok = <R>(rows: readonly R[]): Success<R> => ({ ok: true, rows })

export const fail = (reason: Reason, detail: string, fix?: string): Failure =>
  fix === undefined ? { ok: false, reason, detail } : { ok: false, reason, detail, fix }
