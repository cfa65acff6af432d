import { useQuery } from '@tanstack/react-query'
import type { ActionsAnswer } from '../api/action-types.ts'
import { getJson } from '../api/client.ts'
import { usePgtend } from '../context.tsx'

/** Which actions there are and whether this pgtend may run them. It doesn't change while the server runs. */
export function useActions() {
  const { url } = usePgtend()
  return useQuery({
    queryKey: ['pgtend', url, '*', 'actions'],
    queryFn: ({ signal }) => getJson<ActionsAnswer>(`${url}/api/actions`, signal),
    staleTime: Number.POSITIVE_INFINITY,
  })
}
