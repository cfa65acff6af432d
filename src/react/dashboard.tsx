import { useState } from 'react'
import type { Range } from './api/types.ts'
import { usePgtend } from './context.tsx'
import css from './dashboard.module.css'
import { Header } from './header.tsx'
import { Notice } from './ui/notice.tsx'
import { ConnectionsWidget } from './widgets/connections-widget.tsx'
import { DemoPanel } from './widgets/demo-panel.tsx'
import { FindingsWidget } from './widgets/findings-widget.tsx'
import { HistorySection } from './widgets/history-section.tsx'
import { LocksWidget } from './widgets/locks-widget.tsx'
import { OpportunitiesWidget } from './widgets/opportunities-widget.tsx'
import { QueryPerformanceWidget } from './widgets/query-performance-widget.tsx'
import { ReplicationWidget } from './widgets/replication-widget.tsx'
import { StatusCard } from './widgets/status-card.tsx'
import { StorageWidget } from './widgets/storage-widget.tsx'

export interface DatabaseHealthDashboardProps {
  /** Range of the history charts; with onRangeChange the caller keeps it. */
  readonly range?: Range
  readonly onRangeChange?: (range: Range) => void
}

/** The whole dashboard of the selected target. Put it inside PgtendProvider. */
export function DatabaseHealthDashboard({
  range: given = '1h',
  onRangeChange,
}: DatabaseHealthDashboardProps) {
  const { target, targets, targetsError } = usePgtend()
  const [own, setOwn] = useState(given)
  const range = onRangeChange ? given : own
  return (
    <>
      <a className={css.skip} href="#health">
        Skip to health
      </a>
      <Header />
      <main className={css.main}>
        {targetsError && targets.length === 0 && <Notice tone="critical" title={targetsError.message} />}
        {targetsError && targets.length > 0 && (
          <Notice tone="critical" title={`${targetsError.message}: what is shown may be old`} />
        )}
        {/* The key starts everything anew for another target: no figure of the one is seen under the other's name. */}
        <div className={css.grid} key={target?.id}>
          <StatusCard />
          <DemoPanel />
          <FindingsWidget />
          <div className={css.side}>
            <LocksWidget />
            <ReplicationWidget />
          </div>
          <ConnectionsWidget />
          <StorageWidget />
          <QueryPerformanceWidget />
          <OpportunitiesWidget />
          <HistorySection range={range} onRangeChange={onRangeChange ?? setOwn} />
        </div>
      </main>
    </>
  )
}
