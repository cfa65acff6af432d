import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getJson, postJson } from '../api/client.ts'
import type { QueryList, QueryReport, ReportPending } from '../api/query-types.ts'
import { usePgtend } from '../context.tsx'
import { useTargetData } from './use-target-data.ts'

/** Milliseconds between looks at a report that is being made. */
const LOOK = 600

export const isPending = (answer: QueryReport | ReportPending | undefined): answer is ReportPending =>
  answer !== undefined && 'progress' in answer

/** The statements of the selected target in the last window. New figures come with events. */
export const useQueries = () => useTargetData<QueryList>('queries', '/api/queries')

/** The report on one statement, or how far its making is; `again` makes it anew. */
export function useQueryReport(id: string) {
  const { url, target } = usePgtend()
  const client = useQueryClient()
  // Apart from what events refresh: a report must not change under the eyes of who reads it.
  const queryKey = ['pgtend-report', url, target?.id, id]
  const ask = (more: Readonly<Record<string, string>>, signal?: AbortSignal) =>
    getJson<QueryReport | ReportPending>(
      `${url}/api/queries/${encodeURIComponent(id)}/report?${new URLSearchParams({ target: target?.id ?? '', ...more })}`,
      signal,
    )
  const report = useQuery({
    queryKey,
    queryFn: ({ signal }) => ask({}, signal),
    enabled: target !== undefined,
    staleTime: 300_000,
    refetchOnWindowFocus: false,
    refetchInterval: ({ state }) => (isPending(state.data) && !state.error ? LOOK : false),
  })
  const again = useMutation({
    mutationFn: () => ask({ fresh: '1' }),
    onSuccess: (answer) => client.setQueryData(queryKey, answer),
  })
  return { report, again }
}

/** Asks for the report on any text; where it takes long, the answer has the id to ask again for. */
export function useTextReport() {
  const { url, target } = usePgtend()
  return useMutation({
    mutationFn: (sql: string) =>
      postJson<QueryReport | ReportPending>(`${url}/api/queries/report`, { target: target?.id, sql }),
  })
}
