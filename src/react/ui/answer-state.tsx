import type { ReactNode } from 'react'
import { ApiError } from '../api/client.ts'
import { Notice } from './notice.tsx'
import { Skeleton } from './skeleton.tsx'

interface Query<T> {
  readonly data: T | undefined
  readonly error: Error | null
  readonly refetch: () => unknown
}

export interface AnswerStateProps<T> {
  readonly query: Query<T>
  /** What it is, as the subject of a sentence: `Backups`. */
  readonly what: string
  readonly lines?: number
  readonly children: (data: T) => ReactNode
}

/** What this pgtend has not, rather than what failed. */
const ABSENT = new Set(['no-store', 'not-allowed', 'not-found', 'http-404'])

export const isAbsent = (error: unknown): boolean => error instanceof ApiError && ABSENT.has(error.code)

/** Draws an answer; otherwise says that it loads, that this pgtend doesn't have it, or what failed. */
export function AnswerState<T>({ query, what, lines = 4, children }: AnswerStateProps<T>) {
  const { data, error } = query
  // An older answer is kept while a later question fails; only what is absent is gone for good.
  if (data !== undefined) return children(data)
  if (!error) return <Skeleton lines={lines} />
  if (isAbsent(error)) return <Absent what={what} error={error} />
  return <Failure error={error} onRetry={() => query.refetch()} />
}

function Absent({ what, error }: { readonly what: string; readonly error: Error }) {
  const known = error instanceof ApiError && error.status !== 404
  return (
    <Notice tone="unknown" title={`${what}: not here`}>
      {known ? `${error.message}. ${error.remedy}` : 'This pgtend does not have it.'}
    </Notice>
  )
}

/** What went wrong, and what to do. */
export function Failure({ error, onRetry }: { readonly error: Error; readonly onRetry?: () => void }) {
  return (
    <Notice tone="critical" title={error.message} onRetry={onRetry}>
      {error instanceof ApiError && error.remedy}
    </Notice>
  )
}
