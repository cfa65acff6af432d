import { useQuery } from '@tanstack/react-query'
import { getJson } from '../api/client.ts'
import type { HealthAnswer } from '../api/types.ts'
import { usePgtend } from '../context.tsx'

/** Score, status, deductions, findings, unknowns and opportunities of the selected target, kept up to date. */
export function useDatabaseHealth() {
  const { url, target, interval } = usePgtend()
  const id = target?.id ?? ''
  return useQuery({
    queryKey: ['pgtend', url, id, 'health'],
    queryFn: ({ signal }) =>
      getJson<HealthAnswer>(`${url}/api/health?target=${encodeURIComponent(id)}`, signal),
    enabled: target !== undefined,
    refetchInterval: interval,
  })
}
