import { AlertList } from './alert-list.tsx'
import { Channels } from './channels.tsx'
import { Silences } from './silences.tsx'
import { Suppressions } from './suppressions.tsx'

/** What somebody was or will be told, and whom. */
export function AlertsView() {
  return (
    <>
      <AlertList />
      <Silences />
      <Channels />
      <Suppressions />
    </>
  )
}
