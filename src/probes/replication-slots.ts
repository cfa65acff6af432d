import { detail, flag, gauge, label, optional, time } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'
import { walBetween, walPosition } from './_sql.ts'

const sql = (inactiveSince: string) => `
select s.slot_name as slot,
  s.slot_type as kind,
  s.database,
  s.active,
  ${walBetween('s.restart_lsn', 'w.lsn')} as retained,
  s.wal_status,
  s.safe_wal_size as safe_wal,
  age(s.xmin) as xmin_age,
  age(s.catalog_xmin) as catalog_xmin_age,
  ${inactiveSince} as inactive_since
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
  },
  history: ['retained'],
  sql: { 14: sql('null::float8'), 17: sql('extract(epoch from s.inactive_since)::float8') },
})
