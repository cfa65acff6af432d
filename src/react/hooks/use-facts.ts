import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { getJson } from '../api/client.ts'
import type { FactRows } from '../api/rows.ts'
import type { FactsAnswer } from '../api/types.ts'
import { usePgtend } from '../context.tsx'

type RowsOf<K extends string> = K extends keyof FactRows ? FactRows[K] : Readonly<Record<string, unknown>>

/** One table of facts of the selected target, a probe's or a derived one, kept up to date. */
export function useFacts<K extends keyof FactRows | (string & {})>(
  table: K,
): UseQueryResult<FactsAnswer<RowsOf<K>>> {
  const { url, target, interval } = usePgtend()
  const id = target?.id ?? ''
  return useQuery({
    queryKey: ['pgtend', url, id, 'facts', table],
    queryFn: ({ signal }) =>
      getJson<FactsAnswer<RowsOf<K>>>(
        `${url}/api/facts/${encodeURIComponent(table)}?target=${encodeURIComponent(id)}`,
        signal,
      ),
    enabled: target !== undefined,
    refetchInterval: interval,
  })
}
