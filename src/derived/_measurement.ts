import type { Row } from '../core/table.ts'
import type measuredBloat from './measured-bloat.ts'

type Measured = Row<typeof measuredBloat>

const WEEK = 7 * 86_400_000
/** Whoever changed its size by more has been written to or rewritten since. */
const GROWN = 0.2

/** The measurement of a table or index that still says something of it: not older than a week, and of about its size now. */
export function measurementOf(
  relation: { readonly schema: string; readonly name: string; readonly size: number },
  measured: readonly Measured[] | undefined,
  now: number,
): Measured | undefined {
  return measured?.find(
    (m) =>
      m.schema === relation.schema &&
      m.relation === relation.name &&
      now - m.at <= WEEK &&
      Math.abs(m.size - relation.size) <= GROWN * Math.max(m.size, relation.size),
  )
}
