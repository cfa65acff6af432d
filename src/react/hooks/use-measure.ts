import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Bloats } from '../../core/bloat.ts'
import { postJson } from '../api/client.ts'
import { usePgtend } from '../context.tsx'

/** Measures the bloat of one table with its indexes, or of one index. */
export function useMeasure() {
  const { url, target } = usePgtend()
  const client = useQueryClient()
  const id = target?.id ?? ''
  return useMutation({
    mutationFn: (relation: string) =>
      postJson<Bloats>(`${url}/api/measure`, { target: id, relations: [relation] }),
    onSettled: () => client.invalidateQueries({ queryKey: ['pgtend', url, id, 'facts', 'measured-bloat'] }),
  })
}
