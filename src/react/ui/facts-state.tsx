import type { ReactNode } from 'react'
import { ApiError } from '../api/client.ts'
import type { FactsAnswer } from '../api/types.ts'
import { Notice } from './notice.tsx'
import { sentence } from './sentence.ts'
import { Skeleton } from './skeleton.tsx'

interface Query<R> {
  readonly data: FactsAnswer<R> | undefined
  readonly error: Error | null
  readonly refetch: () => unknown
}

export interface FactsStateProps<R> {
  readonly query: Query<R>
  /** What the facts are, as the subject of a sentence: `Connections`. */
  readonly what: string
  readonly lines?: number
  readonly children: (rows: readonly R[]) => ReactNode
}

/** Draws rows; otherwise says that they load, why they can't be known and what would help, or what failed. */
export function FactsState<R>({ query, what, lines = 4, children }: FactsStateProps<R>) {
  const { data, error } = query
  if (data?.ok) return children(data.rows)
  if (data) {
    if (data.reason === 'pending')
      return (
        <Notice tone="info" title={`${what}: the first figures are on their way`}>
          {sentence(data.detail)}
        </Notice>
      )
    if (data.reason === 'unsupported')
      return (
        <Notice tone="info" title={`${what}: not on this server`}>
          {sentence(data.detail)}
        </Notice>
      )
    return (
      <Notice tone="unknown" title={`${what}: not known (${REASONS[data.reason]})`} fix={data.fix}>
        {sentence(data.detail)}
      </Notice>
    )
  }
  if (error)
    return (
      <Notice tone="critical" title={error.message} onRetry={() => query.refetch()}>
        {error instanceof ApiError && error.remedy}
      </Notice>
    )
  return <Skeleton lines={lines} />
}

export const REASONS = {
  denied: 'a privilege is missing',
  missing: 'something is not installed',
  timeout: 'it took too long',
  failed: 'reading it failed',
  pending: 'needs another sample',
  unsupported: 'not on this server',
} as const
