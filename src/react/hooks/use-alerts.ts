import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { AlertsAnswer, Match, SuppressionsAnswer } from '../api/alert-types.ts'
import { postJson } from '../api/client.ts'
import { usePgtend } from '../context.tsx'
import { useTargetData } from './use-target-data.ts'

/** Alerts of the selected target, the silences over them and the channels that are told. */
export const useAlerts = () => useTargetData<AlertsAnswer>('alerts', '/api/alerts')

/** Findings that somebody has decided to live with, with the reason and until when. */
export const useSuppressions = () => useTargetData<SuppressionsAnswer>('suppressions', '/api/suppressions')

/** What a person can say about an alert or a finding. Each makes what it changes be asked for again. */
export function useAlertActions() {
  const { url, target } = usePgtend()
  const client = useQueryClient()
  const changed = (...kinds: readonly string[]) =>
    Promise.all(
      kinds.map((kind) => client.invalidateQueries({ queryKey: ['pgtend', url, target?.id ?? '', kind] })),
    )
  const alerts = () => changed('alerts')
  const suppressed = () => changed('suppressions', 'health', 'alerts', 'findings')
  const post = (path: string, body: unknown = {}) => postJson(`${url}/api/${path}`, body)
  const part = encodeURIComponent
  return {
    acknowledge: useMutation({
      mutationFn: (id: string) => post(`alerts/${part(id)}/ack`),
      onSettled: alerts,
    }),
    silence: useMutation({
      mutationFn: (silence: { match: Match; minutes: number; reason: string }) => post('silences', silence),
      onSettled: alerts,
    }),
    endSilence: useMutation({
      mutationFn: (id: string) => post(`silences/${part(id)}/end`),
      onSettled: alerts,
    }),
    testChannel: useMutation({
      mutationFn: (name: string) => post(`channels/${part(name)}/test`),
      onSettled: alerts,
    }),
    retryChannel: useMutation({
      mutationFn: (name: string) => post(`channels/${part(name)}/retry`),
      onSettled: alerts,
    }),
    suppress: useMutation({
      mutationFn: (finding: { key: string; reason: string; days: number }) =>
        post('suppressions', { target: target?.id, ...finding }),
      onSettled: suppressed,
    }),
    endSuppression: useMutation({
      mutationFn: (id: string) => post(`suppressions/${part(id)}/end`),
      onSettled: suppressed,
    }),
  }
}
