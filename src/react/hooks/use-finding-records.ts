import { useQuery } from '@tanstack/react-query'
import { getJson } from '../api/client.ts'
import type { FindingRecord } from '../api/types.ts'
import { usePgtend } from '../context.tsx'

/** Findings of the last seven days with when each was first and last seen. */
export function useFindingRecords() {
  const { url, target, interval } = usePgtend()
  const id = target?.id ?? ''
  return useQuery({
    queryKey: ['pgtend', url, id, 'findings'],
    queryFn: ({ signal }) =>
      getJson<{ findings: readonly FindingRecord[] }>(
        `${url}/api/findings?target=${encodeURIComponent(id)}&range=7d`,
        signal,
      ),
    enabled: target !== undefined,
    refetchInterval: interval,
  })
}
