import { useMutation, useQueryClient } from '@tanstack/react-query'
import { postJson } from '../api/client.ts'
import type { BackupsAnswer } from '../api/upkeep-types.ts'
import { usePgtend } from '../context.tsx'
import { useTargetData } from './use-target-data.ts'

/** Backups of the selected target, newest first, with a way to make one and to prove one. */
export function useBackups() {
  const { url, target } = usePgtend()
  const client = useQueryClient()
  const id = target?.id ?? ''
  const refresh = () => client.invalidateQueries({ queryKey: ['pgtend', url, id, 'backups'] })
  const query = useTargetData<BackupsAnswer>('backups', '/api/backups', {
    every: (known) => (known?.backups.some((b) => b.status === 'running') ? 2_000 : 30_000),
  })
  const run = useMutation({
    mutationFn: () => postJson(`${url}/api/backups/run`, { target: id }),
    // The list shows it as running long before the answer comes.
    onMutate: () => void setTimeout(refresh, 700),
    onSettled: refresh,
  })
  const verify = useMutation({
    mutationFn: (backup: string) => postJson(`${url}/api/backups/${encodeURIComponent(backup)}/verify`, {}),
    onSettled: refresh,
  })
  return { query, run, verify }
}
