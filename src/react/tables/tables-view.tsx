import { IndexesWidget } from './indexes-widget.tsx'
import { SequencesWidget } from './sequences-widget.tsx'
import { TablesWidget } from './tables-widget.tsx'

/** Tables, indexes and sequences: what they take, what of it is wasted, and how they are kept up. */
export function TablesView() {
  return (
    <>
      <TablesWidget />
      <IndexesWidget />
      <SequencesWidget />
    </>
  )
}
