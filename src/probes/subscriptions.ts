import { counter, flag, gauge, label, optional } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'
import { secondsSince, thisDatabase } from './_sql.ts'

interface Differences {
  readonly main: string
  readonly errors: boolean
  readonly conflicts: boolean
}

/** Those that raise no error: the others (insert_exists, update_exists, multiple_unique_conflicts) count as apply errors too. */
const SILENT = ['update_missing', 'delete_missing', 'update_origin_differs', 'delete_origin_differs']
  .map((kind) => `e.confl_${kind}`)
  .join(' + ')

const sql = ({ main, errors, conflicts }: Differences) => `
select s.subname as subscription,
  d.datname as database,
  s.subenabled as enabled,
  w.pid is not null as running,
  ${secondsSince('w.last_msg_receipt_time')} as message_age,
  case when s.subdbid = ${thisDatabase} then (
    select count(*) from pg_subscription_rel r where r.srsubid = s.oid and r.srsubstate not in ('r', 's')
  ) end as tables_copying,
  ${errors ? 'e.apply_error_count' : 'null::int8'} as apply_errors,
  ${errors ? 'e.sync_error_count' : 'null::int8'} as copy_errors,
  ${conflicts ? SILENT : 'null::int8'} as conflicts
from pg_subscription s
join pg_database d on d.oid = s.subdbid
left join pg_stat_subscription w on w.subid = s.oid and w.pid is not null and ${main}
${errors ? 'left join pg_stat_subscription_stats e on e.subid = s.oid' : ''}
order by d.datname, s.subname`

/** Neither a copy of one table nor a parallel worker. */
const LEADER = 'w.relid is null and w.leader_pid is null'

export default defineProbe({
  name: 'subscriptions',
  title: 'Logical subscriptions',
  doc: 'Subscriptions of all databases of this server: whether the worker that applies changes runs, when it last heard from the publisher, and how often it failed. A standby only has a copy of the list; its primary applies the changes.',
  scope: 'instance',
  every: 'tick',
  needs: 'any',
  on: 'primary',
  rows: 'many',
  columns: {
    subscription: label('Name of the subscription'),
    database: label('Database that it writes to'),
    enabled: flag('It is meant to run'),
    running: flag('Its apply worker runs now'),
    message_age: optional(gauge('seconds', 'Since the last message of the publisher; null without a worker')),
    tables_copying: optional(
      gauge('count', 'Tables whose first copy is not done; null for those of other databases'),
    ),
    apply_errors: optional(counter('count', 'Times that applying a change failed; PostgreSQL 15 and newer')),
    copy_errors: optional(counter('count', 'Times that a first copy failed; PostgreSQL 15 and newer')),
    conflicts: optional(
      counter(
        'count',
        'Changes whose row was missing here, and skipped, or was last changed by somebody else, and overwritten or deleted; PostgreSQL 18 and newer',
      ),
    ),
  },
  sql: {
    14: sql({ main: 'w.relid is null', errors: false, conflicts: false }),
    15: sql({ main: 'w.relid is null', errors: true, conflicts: false }),
    16: sql({ main: LEADER, errors: true, conflicts: false }),
    18: sql({ main: LEADER, errors: true, conflicts: true }),
  },
})
