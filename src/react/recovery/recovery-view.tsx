import { RecoveriesWidget } from './recoveries-widget.tsx'
import { RunbooksWidget } from './runbooks-widget.tsx'

/** Ways out of an incident, and those that were taken. */
export function RecoveryView() {
  return (
    <>
      <RunbooksWidget />
      <RecoveriesWidget />
    </>
  )
}
