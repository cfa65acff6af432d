import { AlertsStrip } from './alerts/alerts-strip.tsx'
import type { Range } from './api/types.ts'
import { ConnectionsWidget } from './widgets/connections-widget.tsx'
import { DemoPanel } from './widgets/demo-panel.tsx'
import { FindingsWidget } from './widgets/findings-widget.tsx'
import { HistorySection } from './widgets/history-section.tsx'
import { LocksWidget } from './widgets/locks-widget.tsx'
import { OpportunitiesWidget } from './widgets/opportunities-widget.tsx'
import { QueryPerformanceWidget } from './widgets/query-performance-widget.tsx'
import { ReplicationWidget } from './widgets/replication-widget.tsx'
import { SettingsWidget } from './widgets/settings-widget.tsx'
import { StatusCard } from './widgets/status-card.tsx'
import { StorageWidget } from './widgets/storage-widget.tsx'

export interface OverviewProps {
  readonly range: Range
  readonly onRangeChange: (range: Range) => void
  readonly alertsAddress: string
  readonly onAlerts: () => void
}

/** How the target stands now, and how it came to that. */
export function Overview({ range, onRangeChange, alertsAddress, onAlerts }: OverviewProps) {
  return (
    <>
      <AlertsStrip address={alertsAddress} onOpen={onAlerts} />
      <StatusCard />
      <DemoPanel />
      <FindingsWidget />
      <LocksWidget />
      <ConnectionsWidget />
      <StorageWidget />
      <QueryPerformanceWidget />
      <OpportunitiesWidget />
      <ReplicationWidget />
      <SettingsWidget />
      <HistorySection range={range} onRangeChange={onRangeChange} />
    </>
  )
}
