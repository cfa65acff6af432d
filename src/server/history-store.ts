import { AppError } from '../core/errors.ts'
import type { Store } from '../core/store.ts'
import type { Monitor } from '../monitor/monitor.ts'

/** The history that the monitor writes. Throws AppError `no-store` where it keeps none. */
export function storeOf(monitor: Monitor): Store {
  if (!monitor.store) throw new AppError('no-store', 'the monitor keeps no history')
  return monitor.store
}
