-- What pg_stat_statements tells of this database, whatever schema it lives in. Numbers only: reading the texts would load
-- their whole file, and they belong to who ran them.
CREATE OR REPLACE FUNCTION pgtend.health_statements()
RETURNS TABLE (metric text, value numeric, status text, details jsonb)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  home name := (SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
    WHERE e.extname = 'pg_stat_statements');
  slow numeric := pgtend.setting('limits.slowQuery');
  most numeric := pgtend.setting('many-slow-queries.statements');
  since timestamptz;
  problem text;
  remedy text;
  uncounted text := (SELECT string_agg(name || ' is ' || setting, ' and ' ORDER BY name) FROM pg_settings
    WHERE (name, setting) IN (('compute_query_id', 'off'), ('pg_stat_statements.track', 'none'))
      AND source NOT IN ('user', 'database user', 'client', 'session'));
BEGIN
  IF home IS NULL THEN
    problem := 'the extension pg_stat_statements is not installed here';
    remedy := 'CREATE EXTENSION pg_stat_statements';
  ELSIF uncounted IS NOT NULL THEN
    problem := uncounted || ': pg_stat_statements counts nothing';
    remedy := 'ALTER SYSTEM RESET compute_query_id; ALTER SYSTEM RESET pg_stat_statements.track; SELECT pg_reload_conf()';
  ELSE
    BEGIN
      EXECUTE format('SELECT stats_reset FROM %I.pg_stat_statements_info()', home) INTO since;
      RETURN QUERY EXECUTE format($query$
        WITH statements AS MATERIALIZED (
          SELECT queryid, calls, total_exec_time / 1000 AS total, mean_exec_time / 1000 AS mean
          FROM %I.pg_stat_statements(false)
          WHERE toplevel AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
        ), slow AS (
          SELECT *, row_number() OVER (ORDER BY total DESC) AS nth FROM statements WHERE mean > $1
        )
        SELECT 'average_statement', round((sum(total) / nullif(sum(calls), 0))::numeric, 6),
          pgtend.grade(coalesce(sum(total) / nullif(sum(calls), 0), 0)::numeric,
            pgtend.setting('slow-average-query.warning'), pgtend.setting('slow-average-query.critical')),
          pgtend.about('slow-average-query', 'seconds')
            || jsonb_build_object('calls', coalesce(sum(calls), 0), 'statements', count(*), 'since', $3)
        FROM statements
        UNION ALL
        SELECT 'slow_statements', count(*)::numeric, pgtend.grade(count(*), $2, NULL),
          pgtend.about('many-slow-queries', 'count') || jsonb_build_object('slow_above', $1, 'since', $3, 'slowest',
            coalesce(jsonb_agg(jsonb_build_object('query_id', queryid::text, 'calls', calls, 'mean', round(mean::numeric, 3),
              'total', round(total::numeric, 3)) ORDER BY nth) FILTER (WHERE nth <= 5), '[]'))
        FROM slow$query$, home) USING slow, most, since;
      RETURN;
    EXCEPTION
      WHEN insufficient_privilege THEN
        problem := SQLERRM;
        remedy := format('GRANT USAGE ON SCHEMA %I TO %I', home, current_user);
      WHEN object_not_in_prerequisite_state THEN
        problem := SQLERRM;
        remedy := 'Add pg_stat_statements to shared_preload_libraries and restart the server';
    END;
  END IF;
  RETURN QUERY SELECT m, NULL::numeric, 'unknown', pgtend.about(r, u) || pgtend.unknown('missing', problem, remedy)
  FROM (VALUES ('average_statement', 'slow-average-query', 'seconds'), ('slow_statements', 'many-slow-queries', 'count')) v(m, r, u);
END
$$;
