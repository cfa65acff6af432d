import { counter, flag, gauge, id, label, optional, time } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'
import { epoch } from './_sql.ts'

export default defineProbe({
  name: 'databases',
  title: 'Databases',
  doc: 'Activity counters and transaction id age of each database. Templates are left out; template-ages has their ages.',
  scope: 'instance',
  every: 'tick',
  needs: 'any',
  rows: 'many',
  columns: {
    database: label('Name of the database'),
    oid: id('Oid of the database'),
    backends: gauge('count', 'Backends connected to it now: clients, parallel and autovacuum workers'),
    connection_limit: optional(gauge('count', 'Connections that it allows; null where it sets no limit')),
    commits: counter('count', 'Transactions committed'),
    rollbacks: counter('count', 'Transactions rolled back'),
    blocks_read: counter('count', 'Blocks read from the operating system'),
    blocks_hit: counter('count', 'Blocks found in shared buffers'),
    rows_returned: counter('count', 'Rows that scans went over'),
    rows_fetched: counter('count', 'Rows fetched by index scans'),
    rows_written: counter('count', 'Rows inserted, updated and deleted'),
    temp_files: counter('count', 'Temporary files created by statements'),
    temp_bytes: counter('bytes', 'Bytes written to temporary files'),
    deadlocks: counter('count', 'Deadlocks detected'),
    checksum_failures: optional(counter('count', 'Corrupt blocks detected; null where checksums are off')),
    read_seconds: counter('seconds', 'Time spent reading blocks; 0 where track_io_timing is off'),
    write_seconds: counter('seconds', 'Time spent writing blocks; 0 where track_io_timing is off'),
    stats_reset: optional(time('When these counters were last reset by command')),
    xid_age: gauge(
      'count',
      'Age of its oldest unfrozen transaction id; writes stop at about 2.1 billion. 0 where it is invalid: the server leaves it out',
    ),
    multixact_age: gauge('count', 'Age of its oldest multixact id; writes stop at about 2.1 billion'),
    invalid: flag('A DROP DATABASE of it was interrupted: nobody can use it any more'),
    current: flag('The database that we are connected to'),
  },
  history: ['xid_age'],
  sql: {
    14: `
select d.datname as database, d.oid as oid,
  pg_stat_get_db_numbackends(d.oid) as backends,
  case when d.datconnlimit >= 0 then d.datconnlimit end as connection_limit,
  pg_stat_get_db_xact_commit(d.oid) as commits,
  pg_stat_get_db_xact_rollback(d.oid) as rollbacks,
  pg_stat_get_db_blocks_fetched(d.oid) - pg_stat_get_db_blocks_hit(d.oid) as blocks_read,
  pg_stat_get_db_blocks_hit(d.oid) as blocks_hit,
  pg_stat_get_db_tuples_returned(d.oid) as rows_returned,
  pg_stat_get_db_tuples_fetched(d.oid) as rows_fetched,
  pg_stat_get_db_tuples_inserted(d.oid) + pg_stat_get_db_tuples_updated(d.oid)
    + pg_stat_get_db_tuples_deleted(d.oid) as rows_written,
  pg_stat_get_db_temp_files(d.oid) as temp_files,
  pg_stat_get_db_temp_bytes(d.oid) as temp_bytes,
  pg_stat_get_db_deadlocks(d.oid) as deadlocks,
  pg_stat_get_db_checksum_failures(d.oid) as checksum_failures,
  pg_stat_get_db_blk_read_time(d.oid) / 1000 as read_seconds,
  pg_stat_get_db_blk_write_time(d.oid) / 1000 as write_seconds,
  ${epoch('pg_stat_get_db_stat_reset_time(d.oid)')} as stats_reset,
  case when d.datconnlimit <> -2 then age(d.datfrozenxid) else 0 end as xid_age,
  case when d.datconnlimit <> -2 then mxid_age(d.datminmxid) else 0 end as multixact_age,
  d.datconnlimit = -2 as invalid,
  d.datname = current_database() as current
from pg_database d
where not d.datistemplate
order by d.datname`,
  },
})
