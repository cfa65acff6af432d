CREATE OR REPLACE FUNCTION pgtend.estimate_table_bloat(least_bytes bigint DEFAULT 0)
RETURNS TABLE (table_id oid, schema_name text, table_name text, table_bytes bigint, expected_bytes bigint, bloat_bytes bigint,
  bloat_ratio numeric, toast_bytes bigint, note text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET enable_nestloop = off AS $$
#variable_conflict use_column
DECLARE
  block bigint := current_setting('block_size');
  stale numeric := pgtend.setting('stale-statistics.ratio');
BEGIN
  RETURN QUERY
  WITH sized AS (
    SELECT c.oid, n.nspname, c.relname, greatest(c.relpages, 0)::bigint AS pages, c.reltuples::float8 AS tuples, w.*,
      coalesce((SELECT o.option_value::integer FROM pg_options_to_table(c.reloptions) o WHERE o.option_name = 'fillfactor'), 100) AS fill,
      greatest(coalesce(t.relpages, 0), 0) AS toast_pages,
      -- 23 bytes of header, with a bitmap of nulls where there are any, up to a multiple of 8; 4 for the pointer to the row.
      24 + w.has_nulls * (ceil((23 + (w.attributes + 7) / 8) / 8.0) * 8 - 24) + w.width + 4 AS entry
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pgtend.estimate_row_widths('{r,m}', least_bytes / block) w ON w.relation = c.oid
    LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
  ), estimated AS (
    SELECT s.*, CASE WHEN s.tuples <= 0 THEN 0 ELSE ceil(s.tuples / greatest(1, CASE
      WHEN s.exact AND s.has_nulls IN (0, 1) THEN floor(room.n / s.entry) ELSE room.n / s.entry - 0.5 END)) END AS expected
    FROM sized s CROSS JOIN LATERAL (SELECT block - 24 - block * (100 - s.fill) / 100.0 AS n) room
  ), noted AS (
    SELECT e.*, CASE WHEN e.pages = 0 AND e.tuples = 0 THEN NULL
      WHEN e.tuples < 0 THEN 'never analysed: run ANALYZE'
      WHEN e.known < e.attributes AND e.tuples > 0 THEN pgtend.why_unknown(e.oid)
      WHEN pgtend.is_stale(e.oid, e.tuples, stale) THEN 'much has changed since the last ANALYZE: run it again' END AS why
    FROM estimated e
  )
  SELECT o.oid, o.nspname::text, o.relname::text, o.pages * block,
    CASE WHEN o.why IS NULL THEN (o.expected * block)::bigint END,
    CASE WHEN o.why IS NULL THEN (greatest(0, o.pages - o.expected) * block)::bigint END,
    CASE WHEN o.why IS NULL THEN round((greatest(0, o.pages - o.expected) / greatest(1, o.pages))::numeric, 4) END,
    o.toast_pages * block, o.why
  FROM noted o;
END
$$;

-- Bytes and share together: half of a tiny table is nothing.
CREATE OR REPLACE FUNCTION pgtend.grade_bloat(bytes bigint, share numeric) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN bytes IS NULL THEN 'unknown' WHEN bytes < pgtend.setting('bloat.size') THEN 'ok'
    ELSE pgtend.grade(share, pgtend.setting('bloat.warning'), pgtend.setting('bloat.critical')) END
$$;

CREATE OR REPLACE VIEW pgtend.index_bloat_analysis AS
SELECT schema_name, table_name, index_name, index_bytes, expected_bytes, bloat_bytes, bloat_ratio,
  pgtend.grade_bloat(bloat_bytes, bloat_ratio) AS status, note
FROM pgtend.estimate_index_bloat() ORDER BY bloat_bytes DESC NULLS LAST, schema_name, index_name;
COMMENT ON VIEW pgtend.index_bloat_analysis IS
  'Wasted space of each index, estimated by itself; unknown with the reason where it can not be.';

CREATE OR REPLACE VIEW pgtend.table_bloat_analysis AS
SELECT t.schema_name, t.table_name, t.table_bytes, t.expected_bytes, t.bloat_bytes, t.bloat_ratio,
  pgtend.grade_bloat(t.bloat_bytes, t.bloat_ratio) AS status, t.toast_bytes, coalesce(i.bytes, 0)::bigint AS index_bytes,
  CASE WHEN i.bytes IS NULL THEN 0 ELSE i.bloat END::bigint AS index_bloat_bytes, coalesce(i.unknown, 0) AS indexes_unknown, t.note
FROM pgtend.estimate_table_bloat() t
LEFT JOIN (
  SELECT table_id, sum(index_bytes) AS bytes, sum(bloat_bytes) AS bloat, count(*) FILTER (WHERE bloat_bytes IS NULL) AS unknown
  FROM pgtend.estimate_index_bloat() GROUP BY table_id) i ON i.table_id = t.table_id
ORDER BY t.bloat_bytes DESC NULLS LAST, t.schema_name, t.table_name;
COMMENT ON VIEW pgtend.table_bloat_analysis IS
  'Wasted space of each table and, summed up, of those of its indexes that can be estimated. TOAST is told, not estimated.';

-- Only what is large enough to count is looked at.
CREATE OR REPLACE FUNCTION pgtend.health_bloat()
RETURNS TABLE (metric text, value numeric, status text, details jsonb)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  least_bytes bigint := pgtend.setting('bloat.size');
BEGIN
  RETURN QUERY
  WITH graded AS MATERIALIZED (
    SELECT 'table_bloat' AS metric, format('%I.%I', schema_name, table_name) AS name, table_bytes AS bytes, bloat_bytes,
      bloat_ratio, pgtend.grade_bloat(bloat_bytes, bloat_ratio) AS status, note
    FROM pgtend.estimate_table_bloat(least_bytes)
    UNION ALL
    SELECT 'index_bloat', format('%I.%I', schema_name, index_name), index_bytes, bloat_bytes, bloat_ratio,
      pgtend.grade_bloat(bloat_bytes, bloat_ratio), note
    FROM pgtend.estimate_index_bloat(least_bytes)
  ), placed AS (
    -- What nobody can estimate is listed, but is no gap that a grant or an ANALYZE would close.
    SELECT *, note IS NULL OR note ~ 'GRANT|ANALYZE|row-level' AS counts,
      row_number() OVER (PARTITION BY metric, status ORDER BY bloat_bytes DESC NULLS LAST, bytes DESC, name) AS nth
    FROM graded
  )
  SELECT m.metric, coalesce(sum(p.bloat_bytes) FILTER (WHERE p.status IN ('warning', 'critical')), 0),
    pgtend.worst(VARIADIC coalesce(array_agg(p.status) FILTER (WHERE p.counts), '{}')),
    pgtend.about('bloat', 'bytes') || jsonb_build_object(
      'bloated', coalesce(jsonb_agg(jsonb_build_object('name', p.name, 'bytes', p.bytes, 'bloat_bytes', p.bloat_bytes,
        'ratio', p.bloat_ratio) ORDER BY p.bloat_bytes DESC, p.name)
        FILTER (WHERE p.status IN ('warning', 'critical') AND p.nth <= 20), '[]'),
      'not_estimated', coalesce(jsonb_agg(jsonb_build_object('name', p.name, 'bytes', p.bytes, 'reason', p.note)
        ORDER BY p.bytes DESC, p.name) FILTER (WHERE p.status = 'unknown' AND p.nth <= 20), '[]'))
    || coalesce((
      SELECT pgtend.unknown(CASE WHEN u.note ~ 'ANALYZE' THEN 'pending' ELSE 'denied' END, u.name || ': ' || u.note,
        CASE WHEN u.note ~ 'GRANT' THEN substring(u.note FROM 'GRANT.*') WHEN u.note ~ 'ANALYZE' THEN 'ANALYZE ' || u.name END)
      FROM (SELECT x.note, coalesce((SELECT format('%I.%I', n.nspname, t.relname) FROM pg_index i
          JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
          WHERE i.indexrelid = to_regclass(x.name)), x.name) AS name
        FROM placed x WHERE x.metric = m.metric AND x.status = 'unknown' AND x.counts ORDER BY x.bytes DESC, x.name LIMIT 1) u
      ), '{}')
  FROM (VALUES ('index_bloat'), ('table_bloat')) m(metric) LEFT JOIN placed p ON p.metric = m.metric
  GROUP BY m.metric ORDER BY m.metric;
END
$$;
