import { useQuery } from '@tanstack/react-query'
import { getJson } from '../api/client.ts'
import type { TargetSummary } from '../api/types.ts'

/** All targets with their state. Used by the provider; elsewhere usePgtend() has them. */
export function useTargetList(url: string, interval: number | false) {
  return useQuery({
    queryKey: ['pgtend', url, '*', 'targets'],
    queryFn: ({ signal }) => getJson<{ targets: readonly TargetSummary[] }>(`${url}/api/targets`, signal),
    refetchInterval: interval,
  })
}
