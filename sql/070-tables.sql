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

-- How far each sequence is towards the end of itself or of the narrowest column that takes its values, whichever comes first: by
-- a default that does nothing but cast them (oids are those of every cluster), as an identity, or by a foreign key to such a column,
-- whose operator tells a narrower one. A cycling sequence has only a column's end. Reading one opens it, so those that somebody
-- locks are left out. Its value needs a grant on the sequence.
CREATE OR REPLACE FUNCTION pgtend.health_sequences()
RETURNS TABLE (metric text, value numeric, status text, details jsonb)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET lock_timeout = '300ms' AS $$
#variable_conflict use_column
DECLARE
  warning numeric := pgtend.setting('sequences.warning');
  critical numeric := pgtend.setting('sequences.critical');
BEGIN
  RETURN QUERY
  WITH RECURSIVE locked AS MATERIALIZED (
    SELECT l.oid FROM pgtend.locked_relations() l(oid)
  ), refers AS (
    SELECT k.confrelid AS rel, u.key, k.conrelid AS child, u.num
    FROM pg_constraint k, unnest(k.confkey, k.conkey, k.conpfeqop) u(key, num, op)
    WHERE k.contype = 'f' AND k.conparentid = 0 AND u.op IN (416, 533, 1868)
    UNION
    SELECT k.confrelid, u.key, r.child, r.num
    FROM refers r
    JOIN pg_constraint k ON k.conrelid = r.rel AND k.contype = 'f'
    JOIN unnest(k.confkey, k.conkey) u(key, num) ON u.num = r.key
  ), fed AS MATERIALIZED (
    SELECT d.refobjid AS seq, f.adrelid AS rel, f.adnum AS num
    FROM pg_depend d
    JOIN pg_attrdef f ON f.oid = d.objid
    WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'n'
      AND replace(f.adbin::text, '{COERCETODOMAIN :arg ', '') LIKE ANY (ARRAY['{FUNCEXPR :funcid 1574 %',
        '{FUNCEXPR :funcid ___ :funcresulttype 2_ :funcretset false :funcvariadic false :funcformat _ :funccollid 0 '
        || ':inputcollid 0 :args ({FUNCEXPR :funcid 1574 %'])
    UNION ALL
    SELECT d.objid, d.refobjid, d.refobjsubid FROM pg_depend d
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'i' AND d.refobjsubid > 0
  ), narrowest AS MATERIALIZED (
    SELECT t.seq, min(CASE a.attlen WHEN 2 THEN 32767 WHEN 4 THEN 2147483647 END) AS column_max
    FROM (
      SELECT * FROM fed UNION ALL SELECT f.seq, r.child, r.num FROM fed f JOIN refers r ON r.rel = f.rel AND r.key = f.num
    ) t
    JOIN pg_attribute a ON a.attrelid = t.rel AND a.attnum = t.num
    GROUP BY t.seq
  ), sequences AS MATERIALIZED (
    SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS name, s.seqincrement::numeric AS step,
      CASE WHEN s.seqincrement > 0 THEN s.seqmin ELSE s.seqmax END::numeric AS first_value,
      CASE WHEN s.seqincrement > 0 THEN least(s.seqmax, w.column_max) ELSE greatest(s.seqmin, -w.column_max - 1) END::numeric
        AS final_value,
      has_sequence_privilege(c.oid, 'SELECT, USAGE') AS readable,
      c.oid IN (SELECT oid FROM locked) OR (c.relpersistence = 'u' AND pg_is_in_recovery()) AS skipped
    FROM pg_sequence s
    JOIN pg_class c ON c.oid = s.seqrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN narrowest w ON w.seq = c.oid
    WHERE c.relpersistence <> 't'
      AND (NOT s.seqcycle OR CASE WHEN s.seqincrement > 0 THEN w.column_max < s.seqmax ELSE -w.column_max - 1 > s.seqmin END)
  ), read AS MATERIALIZED (
    SELECT *, CASE WHEN readable AND NOT skipped THEN pg_sequence_last_value(oid) END::numeric AS last_value
    -- Each one read is a lock kept to the end: not those with room for 2^53 values.
    FROM sequences WHERE final_value BETWEEN -9007199254740992 AND 9007199254740992
  ), used AS MATERIALIZED (
    SELECT *, CASE WHEN NOT readable OR skipped THEN NULL WHEN last_value IS NULL THEN 0
      ELSE 1 - greatest(0, floor((final_value - last_value) / step)) / (floor((final_value - first_value) / step) + 1) END AS share
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
