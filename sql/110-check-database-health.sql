-- The one call. Each part is asked by itself: what fails is a row that says unknown and why, never an error.
CREATE OR REPLACE FUNCTION pgtend.check_database_health()
RETURNS TABLE (metric text, value numeric, status text, details jsonb)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET lock_timeout = '300ms' AS $$
#variable_conflict use_column
DECLARE
  parts CONSTANT jsonb := '[
    ["health_connections", "connections", "connection_leak"],
    ["health_storage", "storage"],
    ["health_counters", "cache_hit", "deadlocks", "checksum_failures", "statistics_age"],
    ["health_transactions", "idle_in_transaction", "long_transaction", "prepared_transactions"],
    ["health_blocking", "blocked_sessions", "blocked_longest"],
    ["health_replication", "replication_lag", "replication_broken"],
    ["health_slots", "slot_retained_wal"],
    ["health_tables", "dead_rows", "autovacuum"],
    ["health_bloat", "index_bloat", "table_bloat"],
    ["health_wraparound", "wraparound"],
    ["health_sequences", "sequences"],
    ["health_indexes", "duplicate_indexes", "invalid_indexes", "unused_indexes"],
    ["health_statements", "average_statement", "slow_statements"]]';
  part jsonb;
  found jsonb;
  rows jsonb := '[]';
BEGIN
  FOR part IN SELECT * FROM jsonb_array_elements(parts) LOOP
    BEGIN
      EXECUTE format('SELECT jsonb_agg(jsonb_build_array(metric, value, status, details)) FROM pgtend.%I()', part ->> 0) INTO found;
    EXCEPTION WHEN OTHERS THEN
      found := (SELECT jsonb_agg(jsonb_build_array(m, NULL, 'unknown', CASE SQLSTATE
          WHEN '42501' THEN pgtend.unknown('denied', SQLERRM, format('GRANT pg_monitor TO %I', current_user))
          WHEN '55P03' THEN pgtend.unknown('timeout', SQLERRM, 'Ask again when the lock is gone')
          ELSE pgtend.unknown('failed', SQLERRM || ' (' || SQLSTATE || ')', 'pgtend sql install puts the pack back') END))
        FROM jsonb_array_elements_text(part - 0) m);
    END;
    rows := rows || found;
  END LOOP;
  RETURN QUERY SELECT r ->> 0, (r ->> 1)::numeric, r ->> 2, r -> 3 FROM jsonb_array_elements(rows) r;

  -- What can not be seen does not make a database ill, but with little seen it is not called healthy either.
  RETURN QUERY
  WITH counted AS (
    SELECT count(*) AS n, count(*) FILTER (WHERE r ->> 2 = 'critical') AS critical,
      count(*) FILTER (WHERE r ->> 2 = 'warning') AS warning, count(*) FILTER (WHERE r ->> 2 = 'unknown') AS unknown
    -- What this server does not have is no part of what there is to see.
    FROM jsonb_array_elements(rows) r WHERE r -> 3 ->> 'reason' IS DISTINCT FROM 'unsupported'
  )
  SELECT 'overall', critical::numeric + warning,
    CASE WHEN critical > 0 THEN 'critical' WHEN warning > 0 THEN 'warning' WHEN (n - unknown) < 0.6 * n THEN 'unknown' ELSE 'ok' END,
    jsonb_build_object('unit', 'count', 'critical', critical, 'warning', warning, 'unknown', unknown, 'ok', n - critical - warning - unknown,
      'coverage', round((n - unknown)::numeric / n, 2), 'at', clock_timestamp(), 'pack', pgtend.version())
  FROM counted;
END
$$;
COMMENT ON FUNCTION pgtend.check_database_health() IS
  'One row for each metric: value, status (ok, warning, critical or unknown) and details; the last row is the overall status.';
