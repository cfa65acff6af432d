import { useQuery } from '@tanstack/react-query'
import { getJson } from '../api/client.ts'
import type { Catalog } from '../api/types.ts'
import { usePgtend } from '../context.tsx'

/** What every table, rule and advice means. It doesn't change while the server runs. */
export function useCatalog() {
  const { url } = usePgtend()
  return useQuery({
    queryKey: ['pgtend', url, '*', 'catalog'],
    queryFn: ({ signal }) => getJson<Catalog>(`${url}/api/catalog`, signal),
    staleTime: Number.POSITIVE_INFINITY,
  })
}
