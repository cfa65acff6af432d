import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { getJson } from '../api/client.ts'
import { usePgtend } from '../context.tsx'

export interface TargetDataOptions<T> {
  readonly parameters?: Readonly<Record<string, string>>
  /** Milliseconds after which it is asked for again whatever events say; a function sees what is known. */
  readonly every?: number | ((known: T | undefined) => number | false)
}

/** What one address says about the selected target. `kind` names it among what events mark as stale (use-live.ts). */
export function useTargetData<T>(
  kind: string,
  path: string,
  { parameters = {}, every }: TargetDataOptions<T> = {},
): UseQueryResult<T> {
  const { url, target, interval } = usePgtend()
  const id = target?.id ?? ''
  const search = new URLSearchParams({ target: id, ...parameters })
  return useQuery({
    queryKey: ['pgtend', url, id, kind, ...Object.values(parameters)],
    queryFn: ({ signal }) => getJson<T>(`${url}${path}?${search}`, signal),
    enabled: target !== undefined,
    refetchInterval: ({ state }) => (typeof every === 'function' ? every(state.data) : (every ?? interval)),
  })
}
