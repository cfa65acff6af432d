import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ApiError, getJson, postJson } from '../api/client.ts'
import type { DemoAnswer } from '../api/types.ts'
import { usePgtend } from '../context.tsx'

/** Faults and workload of `pgtend demo`; `data` is null on any other server. */
export function useDemo() {
  const { url } = usePgtend()
  const client = useQueryClient()
  const queryKey = ['pgtend', url, '*', 'demo']
  const query = useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      try {
        return await getJson<DemoAnswer>(`${url}/api/demo`, signal)
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return null
        throw error
      }
    },
    refetchInterval: ({ state }) =>
      !state.data ? false : state.data.faults.some((f) => f.busy) ? 1_000 : 10_000,
  })
  const settled = () => client.invalidateQueries({ queryKey })
  const setFault = useMutation({
    mutationFn: ({ name, on }: { name: string; on: boolean }) =>
      postJson(`${url}/api/demo/faults/${encodeURIComponent(name)}`, { on }),
    onMutate: ({ name, on }) => {
      // The switch answers at once and shows that it is at work.
      client.setQueryData<DemoAnswer | null>(queryKey, (old) =>
        old
          ? { ...old, faults: old.faults.map((f) => (f.name === name ? { ...f, on, busy: true } : f)) }
          : old,
      )
    },
    onSettled: settled,
  })
  const setRate = useMutation({
    mutationFn: (rate: number) => postJson(`${url}/api/demo/workload`, { rate }),
    onSettled: settled,
  })
  return { query, setFault, setRate }
}
