import { detail, flag, gauge, label, optional } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { maybe } from '../core/given.ts'
import { shownName } from '../core/identifier.ts'
import { type Capabilities, numberSetting } from '../core/server.ts'
import databases from '../probes/databases.ts'
import freezeAges from '../probes/freeze-ages.ts'
import templateAges from '../probes/template-ages.ts'

/** Age at which the server refuses to hand out more ids: 2^31 less 3 million that it keeps (varsup.c, multixact.c). */
export const WRITES_STOP = 2 ** 31 - 3_000_000

/** A limit of the server in ids, or its documented default where it may not be read. */
const limit = (server: Capabilities, name: string, otherwise: number): number =>
  numberSetting(server, name) ?? otherwise

/** Of the two counters the one that is further along towards its limit. */
const worse = (xid: number, multixact: number) =>
  xid >= multixact
    ? ({ kind: 'transaction', share: xid } as const)
    : ({ kind: 'multixact', share: multixact } as const)

export default defineDerived({
  name: 'freeze-status',
  title: 'Way to wraparound',
  doc: 'How far each database, templates too, is on the way to transaction id wraparound, and in the connected one the oldest tables, each against the age at which autovacuum must freeze it, the age from which VACUUM drops all else to finish (failsafe), and the age at which writes stop.',
  rows: 'many',
  from: { databases, templates: maybe(templateAges), tables: maybe(freezeAges) },
  columns: {
    subject: label('database name, or schema.table in the connected database'),
    table: flag('It is a table; else a whole database'),
    current: flag('It is, or is in, the database that pgtend is connected to'),
    xid_age: gauge('count', 'Age of its oldest unfrozen transaction id'),
    multixact_age: gauge('count', 'Age of its oldest multixact id'),
    kind: detail('transaction or multixact: which of the two is further along'),
    used: gauge('ratio', 'The way gone until writes stop'),
    overdue: gauge('ratio', 'Age against the one at which autovacuum must freeze it; above 1 it is due'),
    failsafe: gauge('ratio', 'Age against the one from which VACUUM drops all else to finish'),
    temporary: flag('A temporary table: autovacuum can not freeze it, only its own session can'),
    freeze_max_age: optional(gauge('count', 'Transactions after which autovacuum must freeze it')),
  },
  history: ['used'],
  compute({ databases, templates = [], tables = [] }, { server }) {
    // Defaults: PostgreSQL documentation, "Automatic Vacuuming" and "Vacuum Freezing".
    const xidMax = limit(server, 'autovacuum_freeze_max_age', 200e6)
    const multiMax = limit(server, 'autovacuum_multixact_freeze_max_age', 400e6)
    const xidFailsafe = limit(server, 'vacuum_failsafe_age', 1.6e9)
    const multiFailsafe = limit(server, 'vacuum_multixact_failsafe_age', 1.6e9)
    const standing = (
      xid_age: number,
      multixact_age: number,
      ownXid: number | null,
      ownMulti: number | null,
    ) => {
      const stop = worse(xid_age / WRITES_STOP, multixact_age / WRITES_STOP)
      // The smaller of the two counts (autovacuum.c, table_recheck_autovac).
      const freeze = Math.min(ownXid ?? xidMax, xidMax)
      const due = worse(xid_age / freeze, multixact_age / Math.min(ownMulti ?? multiMax, multiMax))
      const failsafe = Math.max(xid_age / xidFailsafe, multixact_age / multiFailsafe)
      return {
        ...{ xid_age, multixact_age, kind: stop.kind, used: stop.share, overdue: due.share, failsafe },
        freeze_max_age: freeze,
      }
    }
    return [
      ...[...databases, ...templates.map((t) => ({ ...t, current: false }))].map((d) => ({
        ...{ subject: `database ${d.database}`, table: false, current: d.current, temporary: false },
        ...standing(d.xid_age, d.multixact_age, null, null),
      })),
      ...tables.map((t) => ({
        subject: `${shownName(t.schema, t.table)}${t.toast ? ' (TOAST)' : ''}`,
        ...{ table: true, current: true, temporary: t.temporary },
        ...standing(t.xid_age, t.multixact_age, t.freeze_max_age, t.multixact_freeze_max_age),
      })),
    ]
  },
})
