import { counter, optional, time } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'
import { epoch } from './_sql.ts'

export default defineProbe({
  name: 'checkpoints',
  title: 'Checkpoints',
  doc: 'Checkpoints by what began them, and the time and buffers that they took. On a standby: restartpoints.',
  scope: 'instance',
  every: 'minute',
  needs: 'any',
  rows: 'one',
  columns: {
    timed: counter('count', 'Begun because checkpoint_timeout was over'),
    requested: counter('count', 'Begun because max_wal_size was reached, or by command'),
    write_seconds: counter('seconds', 'Time spent writing buffers'),
    sync_seconds: counter('seconds', 'Time spent waiting for the disk'),
    buffers: counter('count', 'Buffers written by checkpoints'),
    stats_reset: optional(time('When these counters began')),
  },
  sql: {
    14: `
select checkpoints_timed as timed, checkpoints_req as requested, checkpoint_write_time / 1000 as write_seconds,
  checkpoint_sync_time / 1000 as sync_seconds, buffers_checkpoint as buffers, ${epoch('stats_reset')} as stats_reset
from pg_stat_bgwriter`,
    17: `
select case when pg_is_in_recovery() then restartpoints_timed else num_timed end as timed,
  case when pg_is_in_recovery() then restartpoints_req else num_requested end as requested,
  write_time / 1000 as write_seconds, sync_time / 1000 as sync_seconds, buffers_written as buffers,
  ${epoch('stats_reset')} as stats_reset
from pg_stat_checkpointer`,
  },
})
