import { usePgtend } from '../context.tsx'
import { useActions } from '../hooks/use-actions.ts'

/** Why nothing can be run on the selected target now, whatever the plan; undefined where it can. */
export function useRefusal(): string | undefined {
  const { target } = usePgtend()
  const { data, error } = useActions()
  if (target?.connection === 'unreachable') return 'The server can not be reached.'
  if (data && !data.allowed)
    return 'Actions are off: this pgtend only looks. Start it with --allow-actions to let people approve plans.'
  if (error) return 'This pgtend has no actions.'
  return undefined
}
