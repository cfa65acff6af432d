import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getJson } from '../api/client.ts'
import type { HistoryAnswer, Range } from '../api/types.ts'
import { usePgtend } from '../context.tsx'

/** A chart has about 1,500 points at most, so that a longer range moves less often. */
const PACE: Record<Range, number> = { '1h': 15_000, '24h': 60_000, '7d': 300_000 }

/** The history of one metric, for example `connections.used` or `health.score`. */
export function useHistory(metric: string, range: Range) {
  const { url, target } = usePgtend()
  const id = target?.id ?? ''
  const search = new URLSearchParams({ target: id, metric, range })
  return useQuery({
    queryKey: ['pgtend', url, id, 'history', metric, range],
    queryFn: ({ signal }) => getJson<HistoryAnswer>(`${url}/api/history?${search}`, signal),
    enabled: target !== undefined,
    refetchInterval: PACE[range],
    // Another range keeps the drawn one until it is there; another target must not.
    placeholderData: (previous, query) =>
      query?.queryKey[2] === id && query.queryKey[4] === metric ? keepPreviousData(previous) : undefined,
  })
}
