-- Upkeep of tables. Only estimates and counters are read: nothing here opens a table, so nothing waits for a lock.
CREATE OR REPLACE FUNCTION pgtend.health_tables()
RETURNS TABLE (metric text, value numeric, status text, details jsonb)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  least_dead bigint := pgtend.setting('dead-rows.rows');
  warning numeric := pgtend.setting('dead-rows.warning');
  critical numeric := pgtend.setting('dead-rows.critical');
  least_changes bigint := pgtend.setting('autovacuum-off.changes');
  counting boolean := current_setting('track_counts')::boolean;
  off boolean := NOT (counting AND current_setting('autovacuum')::boolean);
BEGIN
  RETURN QUERY
  WITH tables AS MATERIALIZED (
    SELECT format('%I.%I', n.nspname, c.relname) AS name, pg_stat_get_live_tuples(c.oid) AS live,
      pg_stat_get_dead_tuples(c.oid) AS dead
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid >= 16384 AND c.relkind IN ('r', 'm') AND c.relpersistence <> 't'
  ), bad AS (
    SELECT *, dead::numeric / (live + dead) AS share FROM tables WHERE dead >= least_dead AND dead > 0
  ), flagged AS (
    SELECT * FROM bad WHERE share > warning ORDER BY share DESC, name LIMIT 20
  )
  SELECT 'dead_rows', round(coalesce((SELECT max(share) FROM bad), 0), 4),
    CASE WHEN counting THEN pgtend.grade(coalesce((SELECT max(share) FROM bad), 0), warning, critical) ELSE 'unknown' END,
    pgtend.about('dead-rows', 'ratio') || jsonb_build_object('tables', (SELECT coalesce(jsonb_agg(jsonb_build_object(
        'table', name, 'dead', dead, 'live', live, 'ratio', round(share, 4)) ORDER BY share DESC, name), '[]') FROM flagged))
      || CASE WHEN counting THEN '{}' ELSE pgtend.unknown('missing', 'track_counts is off', 'Switch track_counts on') END;

  RETURN QUERY
  WITH changed AS (
    SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS name,
      greatest(pg_stat_get_mod_since_analyze(c.oid), pg_stat_get_dead_tuples(c.oid)) AS changes
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid >= 16384 AND c.relkind IN ('r', 'm') AND c.relpersistence <> 't' AND EXISTS (
      SELECT FROM pg_options_to_table(c.reloptions) o WHERE o.option_name = 'autovacuum_enabled' AND NOT o.option_value::boolean)
  ), flagged AS (
    SELECT * FROM changed WHERE changes > least_changes
  )
  SELECT 'autovacuum', count(*)::numeric,
    CASE WHEN off THEN 'critical' WHEN count(*) > 0 THEN 'warning' ELSE 'ok' END,
    pgtend.about('autovacuum-off', 'count') || jsonb_build_object('server', NOT off, 'tables',
      coalesce(jsonb_agg(jsonb_build_object('table', name, 'changes', changes) ORDER BY changes DESC, name), '[]'))
  FROM flagged;
END
$$;

-- How far each sequence is towards the end of itself or of the column it feeds, whichever comes first; a cycling one has
-- no end. Reading one opens it, so those that somebody locks are left out. Its value needs a grant on the sequence.
CREATE OR REPLACE FUNCTION pgtend.health_sequences()
RETURNS TABLE (metric text, value numeric, status text, details jsonb)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET lock_timeout = '300ms' AS $$
#variable_conflict use_column
DECLARE
  warning numeric := pgtend.setting('sequences.warning');
  critical numeric := pgtend.setting('sequences.critical');
BEGIN
  RETURN QUERY
  WITH locked AS MATERIALIZED (
    SELECT l.oid FROM pgtend.locked_relations() l(oid)
  ), sequences AS MATERIALIZED (
    SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS name, s.seqincrement > 0 AS rises, s.seqmin, s.seqmax,
      CASE t.column_type WHEN 'smallint'::regtype THEN 32767 WHEN 'integer'::regtype THEN 2147483647
        ELSE 9223372036854775807 END AS column_max,
      has_sequence_privilege(c.oid, 'SELECT, USAGE') AS readable,
      c.oid IN (SELECT oid FROM locked) OR (c.relpersistence = 'u' AND pg_is_in_recovery()) AS skipped
    FROM pg_sequence s
    JOIN pg_class c ON c.oid = s.seqrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN LATERAL (
      SELECT a.atttypid AS column_type FROM pg_depend d
      JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass
        AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i') LIMIT 1
    ) t ON true
    WHERE NOT s.seqcycle AND c.relpersistence <> 't'
  ), read AS MATERIALIZED (
    SELECT *, CASE WHEN readable AND NOT skipped THEN pg_sequence_last_value(oid) END::numeric AS last_value FROM sequences
  ), used AS MATERIALIZED (
    SELECT *, CASE WHEN NOT readable OR skipped THEN NULL WHEN last_value IS NULL THEN 0
      WHEN rises THEN (last_value - seqmin + 1) / (least(seqmax, column_max)::numeric - seqmin + 1)
      ELSE (seqmax - last_value + 1) / (seqmax - greatest(seqmin, -column_max - 1)::numeric + 1) END AS share
    FROM read
  ), told AS (
    SELECT max(share) AS most, count(*) FILTER (WHERE NOT readable) AS hidden, count(*) FILTER (WHERE skipped) AS skipped
    FROM used
  )
  SELECT 'sequences', round(CASE WHEN hidden = 0 THEN coalesce(most, 0) ELSE most END, 4),
    pgtend.worst(pgtend.grade(coalesce(most, 0), warning, critical), CASE WHEN hidden + skipped > 0 THEN 'unknown' ELSE 'ok' END),
    pgtend.about('sequences', 'ratio') || jsonb_build_object('unreadable', hidden, 'locked', skipped, 'sequences', (
        SELECT coalesce(jsonb_agg(jsonb_build_object('sequence', name, 'last_value', last_value, 'used', round(share, 4))
          ORDER BY share DESC, name), '[]')
        FROM (SELECT * FROM used WHERE share > warning ORDER BY share DESC, name LIMIT 20) u))
      || CASE WHEN hidden > 0 THEN pgtend.unknown('denied', hidden || ' sequences can not be read',
          format('GRANT pg_read_all_data TO %I', current_user))
        WHEN skipped > 0 THEN pgtend.unknown('timeout', skipped || ' sequences are locked', NULL) ELSE '{}' END
  FROM told;
END
$$;
