import type { Alerts } from './alert-service.ts'
import type { Backups } from './backup/backups.ts'
import type { BloatService } from './bloat-service.ts'
import type { Maintenance } from './maintenance/maintenance.ts'
import type { Operator } from './operations/operator.ts'
import type { Recovery } from './operations/recovery.ts'
import type { Optimizer } from './optimize-service.ts'
import type { Queries } from './query-service.ts'

/**
 * What acts on behalf of people, beside the monitor that only looks. Each is made where there is a store
 * (wire.ts); a route or command that needs one that is absent answers `no-store` or `not-allowed`. The optimizer and the queries need none.
 */
export interface Services {
  /** Plans and runs actions. Without `--allow-actions` it only plans. */
  readonly operator: Operator
  readonly alerts: Alerts
  readonly maintenance: Maintenance
  readonly recovery: Recovery
  readonly backups: Backups
  readonly bloat: BloatService
  readonly optimizer: Optimizer
  readonly queries: Queries
}
