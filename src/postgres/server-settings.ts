import type { Capabilities } from '../core/server.ts'
import { generalOverride, type SettingOverride } from '../core/setting-override.ts'
import { settingValue } from './setting-value.ts'

/** Those that a limit, a rule or an explanation is made from. Absent where the role may not read one. */
export const SETTINGS: readonly string[] = [
  'autovacuum',
  'autovacuum_analyze_scale_factor',
  'autovacuum_analyze_threshold',
  'autovacuum_freeze_max_age',
  'autovacuum_max_workers',
  'autovacuum_multixact_freeze_max_age',
  'autovacuum_naptime',
  'autovacuum_vacuum_cost_delay',
  'autovacuum_vacuum_cost_limit',
  'autovacuum_vacuum_insert_scale_factor',
  'autovacuum_vacuum_insert_threshold',
  'autovacuum_vacuum_max_threshold',
  'autovacuum_vacuum_scale_factor',
  'autovacuum_vacuum_threshold',
  'autovacuum_work_mem',
  'block_size',
  'checkpoint_completion_target',
  'checkpoint_timeout',
  'compute_query_id',
  'data_checksums',
  'default_statistics_target',
  'effective_cache_size',
  'enable_bitmapscan',
  'enable_hashagg',
  'enable_hashjoin',
  'enable_indexonlyscan',
  'enable_indexscan',
  'enable_mergejoin',
  'enable_nestloop',
  'enable_seqscan',
  'enable_sort',
  'fsync',
  'full_page_writes',
  'hot_standby_feedback',
  'idle_in_transaction_session_timeout',
  'idle_replication_slot_timeout',
  'ignore_checksum_failure',
  'log_lock_waits',
  'log_min_duration_statement',
  'maintenance_work_mem',
  'max_connections',
  'max_prepared_transactions',
  'max_replication_slots',
  'max_slot_wal_keep_size',
  'max_wal_senders',
  'max_wal_size',
  'pg_stat_statements.max',
  'pg_stat_statements.track',
  'pg_stat_statements.track_planning',
  'random_page_cost',
  'reserved_connections',
  'server_version',
  'shared_buffers',
  'shared_preload_libraries',
  'statement_timeout',
  'superuser_reserved_connections',
  'synchronous_commit',
  'synchronous_standby_names',
  'temp_file_limit',
  'track_activities',
  'track_activity_query_size',
  'track_counts',
  'track_io_timing',
  'track_wal_io_timing',
  'vacuum_failsafe_age',
  'vacuum_multixact_failsafe_age',
  'wal_level',
  'wal_receiver_timeout',
  'wal_segment_size',
  'work_mem',
  'zero_damaged_pages',
]

/**
 * Sizes in bytes and times in seconds; below zero means "off" or "the default" and is left alone.
 * reset_val is the session's own value under what this transaction has set.
 */
const BASE_UNIT = `CASE WHEN unit IS NULL OR reset_val::float8 < 0 THEN reset_val
  ELSE (reset_val::float8 * CASE unit WHEN 'kB' THEN 1024 WHEN '8kB' THEN 8192 WHEN '16kB' THEN 16384
    WHEN 'MB' THEN 1048576 WHEN 'ms' THEN 0.001 WHEN 'min' THEN 60 ELSE 1 END)::text END`

/**
 * What the session has, from the rows `s` of pg_settings; `$2` are the names. The file is told to pg_read_all_settings only,
 * and hidden by what this transaction has set: what ALTER SYSTEM may have set is kept too.
 */
export const SETTINGS_SQL = `'settings', (SELECT json_build_object('login', session_user,
    'values', coalesce(json_object_agg(name, ${BASE_UNIT}), '{}'),
    'own', coalesce(json_agg(name) FILTER (WHERE source IN ('user', 'database user', 'client')), '[]'),
    'altered', coalesce(json_object_agg(name, reset_val) FILTER (WHERE source IN ('configuration file', 'session')
      AND (sourcefile IS NULL OR sourcefile LIKE '%postgresql.auto.conf')), '{}'),
    'pending', (SELECT coalesce(json_agg(name ORDER BY name), '[]') FROM s WHERE pending_restart))
  FROM s WHERE name = ANY ($2::text[]))`

/**
 * What ALTER ROLE and ALTER DATABASE have set for all sessions of this database or for roles that log in. Of a single role
 * only switches: figures are its own to choose, and thousands of roles may have a timeout each. Where there are none
 * pg_settings, which takes 1 ms, is not read again: hence the order of the join.
 */
export const OVERRIDES_SQL = `WITH /* pgtend:capabilities */ o AS MATERIALIZED (
  SELECT split_part(c, '=', 1) AS name, substr(c, strpos(c, '=') + 1) AS text, datname, rolname
  FROM pg_db_role_setting CROSS JOIN unnest(setconfig) c
  LEFT JOIN pg_database d ON d.oid = setdatabase LEFT JOIN pg_roles r ON r.oid = setrole
  WHERE split_part(c, '=', 1) = ANY ($1::text[])
    AND (setdatabase = 0 OR datname = current_database()) AND (setrole = 0 OR rolcanlogin))
SELECT coalesce(json_agg(json_build_object('setting', name, 'text', text, 'type', vartype,
    'unit', unit, 'database', datname, 'role', rolname) ORDER BY name, rolname, datname), '[]')::text
  FROM o LEFT JOIN pg_settings USING (name)
  WHERE rolname IS NULL OR rolname = session_user OR vartype IN ('bool', 'enum')`

export interface OwnSettings {
  readonly login: string
  readonly values: Readonly<Record<string, string>>
  /** Names of those that the role or the connection string has values of its own for. */
  readonly own: readonly string[]
  readonly altered: Readonly<Record<string, string>>
  readonly pending: readonly string[]
}

interface Override {
  readonly setting: string
  readonly text: string
  readonly type: string
  readonly unit: string | null
  readonly database: string | null
  readonly role: string | null
}

type Settings = Pick<
  Capabilities,
  'settings' | 'overrides' | 'hiddenSettings' | 'alteredSettings' | 'pendingRestart'
>

/** What others get in this database, of what our own session has and what is set for roles and databases (JSON). */
export function settingsOf({ login, values, own, altered, pending }: OwnSettings, json = '[]'): Settings {
  const overrides = (JSON.parse(json) as Override[]).map(
    ({ setting, text, type, unit, database, role }): SettingOverride => ({
      ...{ setting, text, database, role, value: settingValue(text, type, unit) },
    }),
  )
  const mine = new Set([...own, ...overrides.filter((o) => o.role === login).map((o) => o.setting)])
  const settings = new Map(Object.entries(values))
  const hidden: string[] = []
  for (const setting of mine) {
    const general = generalOverride(overrides, setting)
    settings.delete(setting)
    if (general) settings.set(setting, general.value)
    else hidden.push(setting)
  }
  return {
    settings: Object.fromEntries(settings),
    overrides,
    hiddenSettings: hidden.sort(),
    alteredSettings: altered,
    pendingRestart: pending,
  }
}
