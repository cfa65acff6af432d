import { type Holder, matters, nameHolder } from '../core/horizon.ts'
import type { Row } from '../core/table.ts'
import type xminHorizon from '../derived/xmin-horizon.ts'

/** Who keeps VACUUM from removing rows that died meanwhile in this database, in words; undefined where nobody does for long. */
export function horizonHolder(horizon: readonly Row<typeof xminHorizon>[] | undefined): string | undefined {
  const oldest = horizon?.find((h) => h.here && matters(h as Holder))
  return oldest && nameHolder(oldest as Holder)
}
