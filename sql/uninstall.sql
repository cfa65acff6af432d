-- Removes the pack with its settings: psql -X -1 -v ON_ERROR_STOP=1 -f sql/uninstall.sql <url>
-- Nothing is dropped by cascade: what somebody else built on it makes the whole of it stop.
DO $$
BEGIN
  IF coalesce(obj_description(to_regnamespace('pgtend'), 'pg_namespace'), '') !~ '^pgtend SQL pack, version \d+$' THEN
    RAISE EXCEPTION 'there is no schema pgtend of the SQL pack here';
  END IF;
  IF obj_description(to_regprocedure('public.check_database_health()'), 'pg_proc') ~ '^pgtend SQL pack' THEN
    DROP FUNCTION public.check_database_health();
  END IF;
END
$$;

DROP VIEW IF EXISTS pgtend.index_usage_analysis, pgtend.index_bloat_analysis, pgtend.table_bloat_analysis;
DROP FUNCTION IF EXISTS
  pgtend.about,
  pgtend.analyze_index_usage,
  pgtend.check_database_health,
  pgtend.column_statistics,
  pgtend.denied,
  pgtend.estimate_index_bloat,
  pgtend.estimate_row_widths,
  pgtend.estimate_table_bloat,
  pgtend.foreign_key_indexes,
  pgtend.grade,
  pgtend.health_bloat,
  pgtend.health_blocking,
  pgtend.health_connections,
  pgtend.health_counters,
  pgtend.health_indexes,
  pgtend.health_replication,
  pgtend.health_sequences,
  pgtend.health_slots,
  pgtend.health_statements,
  pgtend.health_storage,
  pgtend.health_tables,
  pgtend.health_transactions,
  pgtend.health_wraparound,
  pgtend.index_counters,
  pgtend.index_definitions,
  pgtend.locked_relations,
  pgtend.redundant_indexes,
  pgtend.sees_all_statistics,
  pgtend.sees_states,
  pgtend.setting,
  pgtend.statistics_since,
  pgtend.unknown,
  pgtend.untracked,
  pgtend.version,
  pgtend.why_unknown,
  pgtend.worst;
-- What only version 1 had.
DROP FUNCTION IF EXISTS pgtend.grade_bloat, pgtend.is_stale;
DROP TABLE IF EXISTS pgtend.settings;
DROP SCHEMA pgtend;
