import { detail, flag, gauge, label, optional } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { maybe } from '../core/given.ts'
import type { Holder } from '../core/horizon.ts'
import activity from '../probes/activity.ts'
import instance from '../probes/instance.ts'
import preparedTransactions from '../probes/prepared-transactions.ts'
import replication from '../probes/replication.ts'
import replicationSlots from '../probes/replication-slots.ts'
import vacuumProgress from '../probes/vacuum-progress.ts'
import { nameSession, preparedSubject, sessionSubject } from './_session.ts'

/** Newer ones change from look to look and hold back next to nothing. */
const MOST = 20

interface Held extends Holder {
  readonly subject: string
  readonly database: string | null
  readonly catalogs_only: boolean
}

export default defineDerived({
  name: 'xmin-horizon',
  title: 'Who holds back VACUUM',
  doc: 'VACUUM can only remove rows that died before the oldest transaction that somebody still needs began. All who hold such a transaction, the oldest first: sessions, prepared transactions, replication slots, standbys with hot_standby_feedback, and the server’s own processes. A VACUUM never holds back another one.',
  rows: 'many',
  from: {
    activity,
    instance,
    prepared: preparedTransactions,
    slots: replicationSlots,
    replication: maybe(replication),
    vacuums: maybe(vacuumProgress),
  },
  columns: {
    subject: label('Who, in a form that stays the same: pid 4711, slot cdc'),
    kind: detail('session, prepared transaction, slot, standby or process'),
    holder: detail('Who, as a sentence names it'),
    database: optional(detail('The database whose tables it holds back; null: those of all')),
    age: gauge('count', 'Transactions since the oldest that it still needs'),
    seconds: optional(gauge('seconds', 'How long its transaction has been open; null where it has none')),
    catalogs_only: flag('It holds back the system catalogs only, as a logical slot does'),
    here: flag('It holds back ordinary tables of the database that pgtend is connected to'),
  },
  compute({ activity, instance: [server], prepared, slots, replication = [], vacuums = [] }, context) {
    const vacuuming = new Set(vacuums.map((v) => v.pid))
    const held: Held[] = [
      ...activity
        .filter((s) => !vacuuming.has(s.pid))
        .map(
          (s): Held => ({
            ...{ subject: sessionSubject(s.pid), kind: 'session', holder: `the session ${nameSession(s)}` },
            ...{
              database: s.database,
              age: s.xmin_age ?? 0,
              seconds: s.transaction_age,
              catalogs_only: false,
            },
          }),
        ),
      ...prepared.map(
        (p): Held => ({
          ...{ subject: preparedSubject(p.transaction), kind: 'prepared transaction' },
          ...{ holder: `the prepared transaction ${p.transaction}`, database: p.database },
          ...{ age: p.xmin_age, seconds: p.age, catalogs_only: false },
        }),
      ),
      ...slots.map((s): Held => {
        const catalogs = s.catalog_xmin_age ?? 0
        const tables = s.xmin_age ?? 0
        return {
          ...{ subject: `slot ${s.slot}`, kind: 'slot', holder: `the slot ${s.slot}`, database: null },
          ...{ age: tables > 0 ? tables : catalogs, seconds: null, catalogs_only: tables === 0 },
        }
      }),
      ...replication.map(
        (r): Held => ({
          ...{ subject: `standby ${r.application || r.pid}`, kind: 'standby' },
          ...{ holder: `a query on the standby ${r.application || `of process ${r.pid}`}`, database: null },
          ...{ age: r.xmin_age ?? 0, seconds: null, catalogs_only: false },
        }),
      ),
      {
        ...{ subject: 'process', kind: 'process', holder: 'a process of the server itself', database: null },
        ...{ age: server?.process_xmin_age ?? 0, seconds: null, catalogs_only: false },
      },
    ]
    const byName = new Map<string, Held>()
    // Two standbys of one name: the older one counts.
    for (const h of held.filter((h) => h.age > 0).sort((a, b) => b.age - a.age))
      if (!byName.has(h.subject)) byName.set(h.subject, h)
    return [...byName.values()].slice(0, MOST).map((h) => ({
      ...h,
      here: !h.catalogs_only && (h.database === null || h.database === context.server.database),
    }))
  },
})
