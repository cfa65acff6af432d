import type { ActionRef } from '../api/action-types.ts'
import { useActions } from '../hooks/use-actions.ts'
import { Button } from '../ui/button.tsx'
import { useDialog } from '../ui/dialog-host.tsx'
import { PlanDialog } from './plan-dialog.tsx'
import { actOf } from './words.ts'

/** Opens the plan of an action. Planning only reads; nothing is shown where pgtend has no actions at all. */
export function PlanButton({ action }: { readonly action: ActionRef }) {
  const open = useDialog()
  const { data } = useActions()
  if (!data) return null
  return (
    <Button size="small" onClick={() => open((close) => <PlanDialog action={action} onClose={close} />)}>
      Plan: {actOf(action)} …
    </Button>
  )
}
