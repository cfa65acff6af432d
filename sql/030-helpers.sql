-- What the functions below share. Each function of the pack looks names up in pg_catalog only.
CREATE OR REPLACE FUNCTION pgtend.version() RETURNS integer
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT substring(obj_description(oid, 'pg_namespace') FROM '\d+$')::integer FROM pg_namespace WHERE nspname = 'pgtend'
$$;

CREATE OR REPLACE FUNCTION pgtend.setting(wanted text) RETURNS numeric
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  found_value numeric;
BEGIN
  SELECT s.value INTO found_value FROM pgtend.settings s WHERE s.name = wanted;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'pgtend.settings has no row %', wanted USING HINT = 'pgtend sql install puts it back';
  END IF;
  RETURN found_value;
END
$$;

-- The status of a value that should stay at or below its thresholds.
CREATE OR REPLACE FUNCTION pgtend.grade(measured numeric, warning numeric, critical numeric) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN measured IS NULL THEN 'unknown' WHEN measured > critical THEN 'critical'
    WHEN measured > warning THEN 'warning' ELSE 'ok' END
$$;

CREATE OR REPLACE FUNCTION pgtend.worst(VARIADIC statuses text[]) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN 'critical' = ANY (statuses) THEN 'critical' WHEN 'warning' = ANY (statuses) THEN 'warning'
    WHEN 'unknown' = ANY (statuses) THEN 'unknown' ELSE 'ok' END
$$;

-- What each row tells of itself: unit, the rule of pgtend that judges alike, and its thresholds.
CREATE OR REPLACE FUNCTION pgtend.about(rule text, unit text) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT jsonb_build_object('rule', rule, 'unit', unit, 'thresholds', coalesce((
    SELECT jsonb_object_agg(split_part(s.name, '.', 2), s.value)
    FROM pgtend.settings s WHERE split_part(s.name, '.', 1) = rule), '{}'))
$$;

-- PostgreSQL hides the sessions of others without an error. Who may not see them is told so in place of half an answer.
CREATE OR REPLACE FUNCTION pgtend.sees_all_statistics() RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT pg_has_role('pg_read_all_stats', 'USAGE')
$$;

CREATE OR REPLACE FUNCTION pgtend.unknown(reason text, detail text, fix text) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object('reason', reason, 'detail', detail, 'fix', fix))
$$;

CREATE OR REPLACE FUNCTION pgtend.denied(VARIADIC metrics text[])
RETURNS TABLE (metric text, value numeric, status text, details jsonb)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT m, NULL::numeric, 'unknown', pgtend.unknown('denied',
    'PostgreSQL hides the sessions of other roles from ' || current_user,
    format('GRANT pg_monitor TO %I', current_user))
  FROM unnest(metrics) m
$$;

-- Where track_activities is off, no session tells its state or transaction. Set for our own role or session alone it hides
-- nothing of others.
CREATE OR REPLACE FUNCTION pgtend.sees_states() RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT setting = 'on' OR source IN ('user', 'database user', 'client', 'session') FROM pg_settings WHERE name = 'track_activities'
$$;

CREATE OR REPLACE FUNCTION pgtend.untracked(VARIADIC metrics text[])
RETURNS TABLE (metric text, value numeric, status text, details jsonb)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT m, NULL::numeric, 'unknown', pgtend.unknown('missing', 'track_activities is off: sessions do not tell what they do',
    'ALTER SYSTEM SET track_activities = on; SELECT pg_reload_conf()')
  FROM unnest(metrics) m
$$;

-- Since when the counters of this database count. A crash empties them without moving the database's own reset time.
CREATE OR REPLACE FUNCTION pgtend.statistics_since() RETURNS timestamptz
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  since timestamptz := greatest(pg_stat_get_bgwriter_stat_reset_time(), (
    SELECT pg_stat_get_db_stat_reset_time(d.oid) FROM pg_database d WHERE d.datname = current_database()));
BEGIN
  IF current_setting('server_version_num')::integer >= 170000 THEN
    since := greatest(since, pg_stat_get_checkpointer_stat_reset_time());
  END IF;
  RETURN since;
END
$$;

-- Relations that somebody has locked, or waits to lock, exclusively: whoever opens one waits behind that.
CREATE OR REPLACE FUNCTION pgtend.locked_relations() RETURNS SETOF oid
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT relation FROM pg_locks
  WHERE locktype = 'relation' AND mode = 'AccessExclusiveLock' AND pid <> pg_backend_pid()
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
$$;
