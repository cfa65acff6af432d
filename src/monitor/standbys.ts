import type { StandbyUse } from '../core/given.ts'
import type { TargetState } from './target-state.ts'

type Rows = readonly Readonly<Record<string, unknown>>[]

const scansKnown = new WeakMap<Rows, ReadonlyMap<number, number>>()

/** How often each index was scanned, made once for as long as the rows live. */
function scansOf(rows: Rows): ReadonlyMap<number, number> {
  const known = scansKnown.get(rows)
  if (known) return known
  const made = new Map(rows.map((r) => [r.oid as number, r.scans as number]))
  scansKnown.set(rows, made)
  return made
}

/**
 * The watched standbys of a primary, on the same database, whose figures are known now: nodes belong together by the system
 * identifier of their cluster. One that is out of reach or whose statistics have no known age counts as not watched.
 */
export function standbysOf(
  primary: TargetState | undefined,
  others: readonly TargetState[],
): readonly StandbyUse[] {
  const own = primary?.capabilities
  if (own?.role !== 'primary' || own.systemIdentifier === null) return []
  return others.flatMap(({ id, connection, capabilities: its, tables }) => {
    if (connection !== 'connected' || its?.role !== 'standby') return []
    if (its.systemIdentifier !== own.systemIdentifier || its.database !== own.database) return []
    const [indexes, age] = [tables.get('indexes')?.outcome, tables.get('statistics-age')?.outcome]
    if (!indexes?.ok) return []
    const since = age?.ok ? ((age.rows[0]?.since as number | undefined) ?? null) : null
    return [{ target: id, since, scans: scansOf(indexes.rows) }]
  })
}
