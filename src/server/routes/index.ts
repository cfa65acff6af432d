import type { Route } from '../route.ts'
import { actionRoutes } from './actions.ts'
import { alertRoutes } from './alerts.ts'
import { backupRoutes } from './backups.ts'
import capacity from './capacity.ts'
import catalog from './catalog.ts'
import events from './events.ts'
import facts from './facts.ts'
import findings from './findings.ts'
import health from './health.ts'
import healthz from './healthz.ts'
import history from './history.ts'
import { maintenanceRoutes } from './maintenance.ts'
import measure from './measure.ts'
import metrics from './metrics.ts'
import { optimizeRoutes } from './optimize.ts'
import { queryRoutes } from './queries.ts'
import { recoveryRoutes } from './recovery.ts'
import success from './success.ts'
import targets from './targets.ts'

/** Every address, in the order of docs/reference/api.md. */
export const routes: readonly Route[] = [
  targets,
  health,
  facts,
  catalog,
  history,
  findings,
  ...queryRoutes,
  ...optimizeRoutes,
  ...alertRoutes,
  ...actionRoutes,
  ...maintenanceRoutes,
  measure,
  ...recoveryRoutes,
  ...backupRoutes,
  capacity,
  success,
  events,
  metrics,
  healthz,
]
