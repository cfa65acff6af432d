import type { Route } from '../route.ts'
import catalog from './catalog.ts'
import events from './events.ts'
import facts from './facts.ts'
import findings from './findings.ts'
import health from './health.ts'
import healthz from './healthz.ts'
import history from './history.ts'
import metrics from './metrics.ts'
import targets from './targets.ts'

/** Every address, in the order of docs/reference/api.md. */
export const routes: readonly Route[] = [
  targets,
  health,
  facts,
  catalog,
  history,
  findings,
  events,
  metrics,
  healthz,
]
