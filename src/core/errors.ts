import { ERRORS } from './error-table.ts'

export type ErrorCode = keyof typeof ERRORS

/** A mistake or fault that a user can do something about. */
export class AppError extends Error {
  readonly code: ErrorCode
  /** What exactly was wrong. */
  readonly detail: string

  constructor(code: ErrorCode, detail: string, options?: { cause?: unknown }) {
    super(`${ERRORS[code].message}: ${detail}`, options)
    this.name = 'AppError'
    this.code = code
    this.detail = detail
  }

  get remedy(): string {
    return ERRORS[this.code].remedy
  }
}

/** The table's entry for anything thrown; what isn't an AppError is `internal`. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  return new AppError('internal', error instanceof Error ? error.message : String(error), { cause: error })
}
