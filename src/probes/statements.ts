import { counter, gauge, id, inMicros, label, optional, time } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'
import { epoch } from './_sql.ts'

// Times as whole microseconds: a float takes several times as long to write, and twice the bytes.
const micros = (milliseconds: string) => `(${milliseconds} * 1000)::bigint`
const sql = (readTime: string, statsSince: string) => `
select userid as user_id,
  dbid as database_id,
  queryid as query_id,
  toplevel::text as toplevel,
  calls,
  ${micros('total_exec_time')} as exec_seconds,
  ${micros('stddev_exec_time')} as stddev_seconds,
  ${micros('max_exec_time')} as max_seconds,
  ${micros('total_plan_time')} as plan_seconds,
  rows,
  shared_blks_hit as hit_blocks,
  shared_blks_read as read_blocks,
  shared_blks_dirtied as dirtied_blocks,
  shared_blks_written as written_blocks,
  temp_blks_read + temp_blks_written as temp_blocks,
  ${micros(readTime)} as read_seconds,
  wal_bytes,
  ${statsSince} as stats_since
from pg_stat_statements(false)
where queryid is not null`

export default defineProbe({
  name: 'statements',
  title: 'Statements',
  doc: 'Counters of each normalised statement in all databases, without its text. Ours are among them.',
  scope: 'instance',
  every: 'minute',
  needs: 'pg_monitor',
  extension: 'pg_stat_statements',
  rows: 'many',
  large: true,
  columns: {
    user_id: id('Oid of the effective role that ran it'),
    database_id: id('Oid of the database that it ran in'),
    query_id: label('Identifier of the statement, a 64-bit number'),
    toplevel: label('true, or false for a statement inside a function'),
    calls: counter('count', 'Times executed'),
    exec_seconds: inMicros(counter('seconds', 'Time spent executing it')),
    stddev_seconds: inMicros(gauge('seconds', 'Standard deviation of the execution time')),
    max_seconds: inMicros(gauge('seconds', 'Longest execution')),
    plan_seconds: inMicros(counter('seconds', 'Time spent planning it; 0 where track_planning is off')),
    rows: counter('count', 'Rows returned or changed'),
    hit_blocks: counter('count', 'Shared blocks found in shared buffers'),
    read_blocks: counter('count', 'Shared blocks read from the operating system'),
    dirtied_blocks: counter('count', 'Shared blocks dirtied'),
    written_blocks: counter('count', 'Shared blocks that it had to write itself'),
    temp_blocks: counter('count', 'Blocks of temporary files read and written'),
    read_seconds: inMicros(
      counter('seconds', 'Time spent reading shared blocks; 0 where track_io_timing is off'),
    ),
    wal_bytes: counter('bytes', 'WAL written'),
    stats_since: optional(time('When its statistics began; PostgreSQL 17 and newer')),
  },
  sql: {
    14: sql('blk_read_time', 'null::float8'),
    17: sql('shared_blk_read_time', epoch('stats_since')),
  },
})
