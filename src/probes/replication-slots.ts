import { detail, flag, gauge, label, optional, time } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'
import { walBetween, walPosition } from './_sql.ts'

interface Differences {
  readonly inactiveSince: string
  readonly invalidation: string
  readonly synced: string
}

/** The answer of releases that don't name the reason: of all there are, only this one shows. */
const REMOVED = `case when s.wal_status = 'lost' then 'wal_removed' end`

const sql = ({ inactiveSince, invalidation, synced }: Differences) => `
select s.slot_name as slot,
  s.slot_type as kind,
  s.database,
  s.active,
  ${walBetween('s.restart_lsn', 'w.lsn')} as retained,
  s.wal_status,
  s.safe_wal_size as safe_wal,
  age(s.xmin) as xmin_age,
  age(s.catalog_xmin) as catalog_xmin_age,
  ${inactiveSince} as inactive_since,
  ${invalidation} as invalidation,
  ${synced} as synced
from pg_replication_slots s, (select ${walPosition} as lsn offset 0) w
order by s.slot_name`

export default defineProbe({
  name: 'replication-slots',
  title: 'Replication slots',
  doc: 'WAL and old rows that each slot holds back. A slot that nobody reads fills the disk.',
  scope: 'instance',
  every: 'tick',
  needs: 'any',
  rows: 'many',
  columns: {
    slot: label('Name of the slot'),
    kind: detail('physical or logical'),
    database: optional(detail('Database of a logical slot')),
    active: flag('Somebody is reading it now'),
    retained: optional(gauge('bytes', 'WAL kept on disk for it; null where it keeps none')),
    wal_status: optional(detail('reserved, extended, unreserved or lost')),
    safe_wal: optional(
      gauge('bytes', 'WAL that may still be written before the slot is lost; null: no limit'),
    ),
    xmin_age: optional(gauge('count', 'Transactions since the oldest that it keeps from VACUUM')),
    catalog_xmin_age: optional(gauge('count', 'The same for the system catalogs')),
    inactive_since: optional(time('When it was last read; PostgreSQL 17 and newer')),
    invalidation: optional(
      detail('Why it can never be read again: wal_removed, rows_removed, idle_timeout, …; null while it can'),
    ),
    synced: flag('It is kept in step with the primary, for use after a failover: nobody reads it here'),
  },
  history: ['retained'],
  sql: {
    14: sql({ inactiveSince: 'null::float8', invalidation: REMOVED, synced: 'false' }),
    16: sql({
      inactiveSince: 'null::float8',
      invalidation: `case when s.conflicting then 'rows_removed' else ${REMOVED} end`,
      synced: 'false',
    }),
    17: sql({
      inactiveSince: 'extract(epoch from s.inactive_since)::float8',
      invalidation: `coalesce(s.invalidation_reason, ${REMOVED})`,
      synced: 's.synced',
    }),
  },
})
