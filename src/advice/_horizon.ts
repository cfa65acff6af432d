import { formatSeconds } from '../core/format.ts'
import type { Row } from '../core/table.ts'
import { nameSession } from '../derived/_session.ts'
import type activityProbe from '../probes/activity.ts'
import type replicationProbe from '../probes/replication.ts'
import type slotsProbe from '../probes/replication-slots.ts'

/** Younger transactions end by themselves before a VACUUM would be done. Seconds. */
const SHORT = 300

/** Transactions that a slot or standby may be behind before it matters. */
const MANY = 10_000

/**
 * Who keeps VACUUM from removing rows that died meanwhile, or undefined: sessions, slots and standbys with feedback.
 * Prepared transactions are told by a rule of their own.
 */
export function horizonHolder(facts: {
  readonly activity: readonly Row<typeof activityProbe>[] | undefined
  readonly slots: readonly Row<typeof slotsProbe>[] | undefined
  readonly replication: readonly Row<typeof replicationProbe>[] | undefined
}): string | undefined {
  const { activity = [], slots = [], replication = [] } = facts
  const holders = [
    ...activity
      .filter((s) => (s.transaction_age ?? 0) > SHORT)
      .map((s) => ({
        age: s.xmin_age ?? 0,
        name: `${nameSession(s)}, whose transaction is ${formatSeconds(s.transaction_age ?? 0)} old`,
      })),
    ...slots
      .filter((s) => (s.xmin_age ?? 0) > MANY)
      .map((s) => ({ age: s.xmin_age ?? 0, name: `the slot ${s.slot}` })),
    ...replication
      .filter((r) => (r.xmin_age ?? 0) > MANY)
      .map((r) => ({ age: r.xmin_age ?? 0, name: `the standby ${r.application}` })),
  ]
  return holders.filter((h) => h.age > 0).sort((a, b) => b.age - a.age)[0]?.name
}
