import { type ComponentType, useState } from 'react'
import { AlertsView } from './alerts/alerts-view.tsx'
import type { Range } from './api/types.ts'
import { BackupsView } from './backups/backups-view.tsx'
import { CapacityView } from './capacity/capacity-view.tsx'
import { SuccessView } from './capacity/success-view.tsx'
import { usePgtend } from './context.tsx'
import css from './dashboard.module.css'
import { Header } from './header.tsx'
import { MaintenanceView } from './maintenance/maintenance-view.tsx'
import { Navigation } from './navigation.tsx'
import { Overview } from './overview.tsx'
import { QueriesView } from './queries/queries-view.tsx'
import { ReportLinks } from './queries/report-link.tsx'
import { RecoveryView } from './recovery/recovery-view.tsx'
import { TablesView } from './tables/tables-view.tsx'
import { Notice } from './ui/notice.tsx'
import { TITLES, type View } from './views.ts'

export interface DatabaseHealthDashboardProps {
  /** What is shown; with onViewChange the caller keeps it. */
  readonly view?: View
  /** Of the view `queries`: the statement whose report is shown. */
  readonly query?: string | undefined
  readonly onViewChange?: (view: View, query?: string) => void
  /** Where a view, or a statement's report, has an address of its own, for its link. Default: a fragment that leads nowhere. */
  readonly addressOf?: (view: View, query?: string) => string
  /** Range of the history charts; with onRangeChange the caller keeps it. */
  readonly range?: Range
  readonly onRangeChange?: (range: Range) => void
}

const REST: Record<Exclude<View, 'overview' | 'queries'>, ComponentType> = {
  tables: TablesView,
  alerts: AlertsView,
  maintenance: MaintenanceView,
  recovery: RecoveryView,
  backups: BackupsView,
  capacity: CapacityView,
  success: SuccessView,
}

interface Place {
  readonly view: View
  readonly query: string | undefined
}

const fragment = (view: View): string => `#${view}`

/** The whole dashboard of the selected target. Put it inside PgtendProvider. */
export function DatabaseHealthDashboard(props: DatabaseHealthDashboardProps) {
  const { onViewChange, addressOf = fragment, onRangeChange } = props
  const { target, targets, targetsError } = usePgtend()
  const [own, setOwn] = useState<Place>({ view: props.view ?? 'overview', query: props.query })
  const [ownRange, setOwnRange] = useState<Range>(props.range ?? '1h')
  const { view = 'overview', query } = onViewChange ? props : own
  const setView = onViewChange ?? ((to: View, of?: string) => setOwn({ view: to, query: of }))
  const range = onRangeChange ? (props.range ?? '1h') : ownRange
  const View = view === 'overview' || view === 'queries' ? undefined : REST[view]
  const reports = {
    addressOf: (id: string) => addressOf('queries', id),
    onOpen: (id: string) => setView('queries', id),
  }
  return (
    <>
      <a className={css.skip} href={view === 'overview' ? '#health' : '#view'}>
        Skip to {view === 'overview' ? 'health' : TITLES[view].toLowerCase()}
      </a>
      <Header>
        <Navigation view={view} onChange={(to) => setView(to)} addressOf={(to) => addressOf(to)} />
      </Header>
      <main className={css.main}>
        {targetsError && targets.length === 0 && <Notice tone="critical" title={targetsError.message} />}
        {targetsError && targets.length > 0 && (
          <Notice tone="critical" title={`${targetsError.message}: what is shown may be old`} />
        )}
        {/* The key starts everything anew for another target: no figure of the one is seen under the other's name. */}
        <div className={css.grid} key={`${target?.id}/${view}`} id="view" tabIndex={-1}>
          <ReportLinks value={reports}>
            {View && <View />}
            {view === 'queries' && <QueriesView query={query} onLeave={() => setView('queries')} />}
            {view === 'overview' && (
              <Overview
                range={range}
                onRangeChange={onRangeChange ?? setOwnRange}
                alertsAddress={addressOf('alerts')}
                onAlerts={() => setView('alerts')}
              />
            )}
          </ReportLinks>
        </div>
      </main>
    </>
  )
}
