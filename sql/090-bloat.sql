-- Wasted space, estimated from the planner's statistics: how large the relation would be if it were written anew, against
-- how large it is. The arithmetic is that of the storage format (storage/page, htup_details.h, nbtree.h), as in the
-- estimators of ioguix/pgsql-bloat-estimation, with alignment followed column by column and B-tree deduplication counted.

-- What ANALYZE keeps of each column. pg_statistic answers at once, to those who may read it; the view pg_stats asks for the
-- privileges of every column of the database first.
CREATE OR REPLACE FUNCTION pgtend.column_statistics()
RETURNS TABLE (relation oid, attribute smallint, null_frac float8, avg_width integer, n_distinct float8)
LANGUAGE plpgsql STABLE ROWS 20000 SET search_path = pg_catalog, pg_temp SET enable_nestloop = off AS $$
#variable_conflict use_column
BEGIN
  IF has_table_privilege('pg_statistic', 'SELECT') THEN
    RETURN QUERY SELECT s.starelid, s.staattnum, s.stanullfrac::float8, s.stawidth, s.stadistinct::float8
      FROM pg_statistic s WHERE NOT s.stainherit AND s.starelid >= 16384;
  ELSE
    RETURN QUERY
    WITH readable AS MATERIALIZED (
      SELECT s.schemaname, s.tablename, s.attname, s.null_frac, s.avg_width, s.n_distinct FROM pg_stats s WHERE NOT s.inherited
    ), placed AS MATERIALIZED (
      -- First the tables: columns of the same name are many.
      SELECT c.oid, r.* FROM readable r JOIN pg_namespace n ON n.nspname = r.schemaname
      JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = r.tablename WHERE c.oid >= 16384
    )
    SELECT p.oid, a.attnum, p.null_frac::float8, p.avg_width, p.n_distinct::float8
    FROM placed p JOIN pg_attribute a ON a.attrelid = p.oid AND a.attname = p.attname;
  END IF;
END
$$;

-- Bytes of a row's columns, by relation. Follows the columns in their order: `width` bytes so far, of which the last ones
-- are `phase` past a multiple of `modulus` (1: anywhere). Short varlena (up to 126 bytes) are not aligned.
CREATE OR REPLACE FUNCTION pgtend.estimate_row_widths(kinds "char"[], least_pages bigint)
RETURNS TABLE (relation oid, width float8, exact boolean, has_nulls float8, attributes bigint, known bigint, names boolean,
  distincts float8[])
LANGUAGE plpgsql STABLE ROWS 20000 SET search_path = pg_catalog, pg_temp SET enable_nestloop = off AS $$
#variable_conflict use_variable
DECLARE
  c record;
  phase integer;
  modulus integer;
  without_nulls float8;
BEGIN
  FOR c IN
    WITH relations AS MATERIALIZED (
      SELECT r.oid, r.oid AS heap, NULL::int2[] AS keys FROM pg_class r
      WHERE r.oid >= 16384 AND r.relkind = ANY (kinds) AND r.relkind <> 'i' AND r.relpersistence <> 't'
        AND r.relpages >= least_pages
      UNION ALL
      SELECT r.oid, x.indrelid, string_to_array(x.indkey::text, ' ')::int2[] FROM pg_class r JOIN pg_index x ON x.indexrelid = r.oid
      WHERE r.oid >= 16384 AND r.relkind = 'i' AND 'i' = ANY (kinds) AND r.relpersistence <> 't' AND r.relpages >= least_pages
        AND r.relnamespace <> 99
    ), statistics AS MATERIALIZED (
      SELECT * FROM pgtend.column_statistics()
    )
    -- A dropped column is null in each row written since. An index keeps a name as a cstring, cut to its length.
    SELECT r.oid, r.attnum, r.attisdropped OR s.relation IS NOT NULL AS known, r.atttypid = 'cstring'::regtype AS name,
      r.attlen > 0 AS fixed, CASE WHEN r.attisdropped THEN 1 ELSE coalesce(s.null_frac, 0) END AS nulls,
      coalesce(s.avg_width, 0) AS bytes, coalesce(s.n_distinct, -1) AS n_distinct, r.keys IS NOT NULL AS of_index,
      lead(r.oid) OVER (ORDER BY r.oid, r.attnum) IS DISTINCT FROM r.oid AS last,
      CASE WHEN r.attlen = -2 OR (r.attlen = -1 AND r.attstorage <> 'p' AND coalesce(s.avg_width, 0) < 127) THEN 1
        ELSE CASE r.attalign WHEN 'd' THEN 8 WHEN 'i' THEN 4 WHEN 's' THEN 2 ELSE 1 END END AS align
    FROM (
      -- The column of an index is the table's; only an expression has statistics of its own, under the index's name.
      SELECT t.oid, t.keys, a.*, CASE WHEN t.keys[a.attnum] = 0 THEN t.oid ELSE t.heap END AS source,
        coalesce(nullif(t.keys[a.attnum], 0), a.attnum) AS source_column
      FROM relations t LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0
    ) r
    LEFT JOIN statistics s ON s.relation = r.source AND s.attribute = r.source_column
    ORDER BY r.oid, r.attnum
  LOOP
    IF c.oid IS DISTINCT FROM relation THEN
      relation := c.oid; width := 0; phase := 0; modulus := 8; without_nulls := 1;
      attributes := 0; known := 0; names := false; distincts := '{}';
    END IF;
    IF c.attnum IS NOT NULL THEN
      attributes := attributes + 1;
      known := known + c.known::integer;
      names := names OR c.name;
      IF c.of_index THEN distincts := distincts || c.n_distinct; END IF;
      without_nulls := without_nulls * (1 - c.nulls);
      IF c.nulls < 1 THEN
        IF c.align <= modulus THEN
          width := width + (1 - c.nulls) * (c.bytes + (c.align - phase % c.align) % c.align);
          phase := (phase + (c.align - phase % c.align) % c.align + c.bytes) % modulus;
        ELSE
          width := width + (1 - c.nulls) * (c.bytes + (modulus - phase) % modulus + (c.align - modulus) / 2.0);
          phase := c.bytes % c.align;
          modulus := c.align;
        END IF;
        IF NOT c.fixed OR c.nulls > 0.05 THEN phase := 0; modulus := 1; END IF;
      END IF;
    END IF;
    IF c.last THEN
      exact := modulus > 1;
      -- Data ends at a multiple of 8.
      width := width + CASE WHEN modulus = 8 THEN (8 - phase) % 8 ELSE (modulus - phase) % modulus + (8 - modulus) / 2.0 END;
      has_nulls := 1 - without_nulls;
      RETURN NEXT;
    END IF;
  END LOOP;
END
$$;

-- Why the statistics of a relation can not be read, and what would help.
CREATE OR REPLACE FUNCTION pgtend.why_unknown(relation oid) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN has_table_privilege(relation, 'SELECT') IS NOT TRUE
      THEN format('the planner’s statistics can not be read: GRANT pg_read_all_data TO %I', current_user)
    WHEN row_security_active(relation) THEN 'row-level security hides the planner’s statistics from this role'
    ELSE 'not all columns have statistics: run ANALYZE' END
$$;

CREATE OR REPLACE FUNCTION pgtend.estimate_index_bloat(least_bytes bigint DEFAULT 0)
RETURNS TABLE (index_id oid, table_id oid, schema_name text, table_name text, index_name text, index_bytes bigint,
  expected_bytes bigint, bloat_bytes bigint, bloat_ratio numeric, status text, note text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET enable_nestloop = off AS $$
#variable_conflict use_column
DECLARE
  block bigint := current_setting('block_size');
  stale numeric := pgtend.setting('stale-statistics.ratio');
  counts_from numeric := pgtend.setting('bloat.size');
  warning numeric := pgtend.setting('bloat.warning');
  critical numeric := pgtend.setting('bloat.critical');
BEGIN
  RETURN QUERY
  WITH widths AS MATERIALIZED (
    SELECT * FROM pgtend.estimate_row_widths('{i}', least_bytes / block)
  ), indexes AS MATERIALIZED (
    SELECT x.*, w.*, c.relname, n.nspname, t.relname AS heap_name, greatest(c.relpages, 0)::bigint AS pages, m.amname,
      greatest(c.reltuples, 0)::float8 AS tuples, c.reltuples < 0 OR t.reltuples < 0 AS never, greatest(t.reltuples, 0) AS heap_tuples,
      coalesce((SELECT o.option_value::integer FROM pg_options_to_table(c.reloptions) o WHERE o.option_name = 'fillfactor'), 90) AS fill,
      coalesce((SELECT o.option_value::boolean FROM pg_options_to_table(c.reloptions) o
        WHERE o.option_name = 'deduplicate_items'), true) AS wants_sharing
    FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_class t ON t.oid = x.indrelid JOIN pg_am m ON m.oid = c.relam
    JOIN widths w ON w.relation = x.indexrelid
    WHERE x.indexrelid >= 16384 AND c.relkind = 'i' AND c.relpersistence <> 't' AND c.relnamespace <> 99
      AND c.relpages >= least_bytes / block
  ), classes AS MATERIALIZED (
    -- Duplicates share one key where the operator class says that equal means the same bytes (support function 4).
    SELECT o.oid, EXISTS (SELECT FROM pg_amproc p WHERE p.amprocfamily = o.opcfamily AND p.amproclefttype = o.opcintype
      AND p.amprocrighttype = o.opcintype AND p.amprocnum = 4) AS shares
    FROM pg_opclass o
  ), keys AS MATERIALIZED (
    SELECT i.indexrelid, i.tuples, k.class, k.collation_id, CASE WHEN i.distincts[k.nth] < 0 THEN -i.distincts[k.nth] * i.heap_tuples
      ELSE i.distincts[k.nth] END AS n_distinct
    FROM indexes i CROSS JOIN LATERAL unnest(string_to_array(i.indclass::text, ' ')::oid[],
      string_to_array(i.indcollation::text, ' ')::oid[]) WITH ORDINALITY k(class, collation_id, nth)
    WHERE i.amname = 'btree'
  ), sharing AS (
    SELECT k.indexrelid, bool_and(coalesce(l.collisdeterministic, true) AND o.shares) AS possible,
      least(k.tuples, exp(least(700, sum(ln(greatest(1, k.n_distinct)))))) AS groups
    FROM keys k JOIN classes o ON o.oid = k.class LEFT JOIN pg_collation l ON l.oid = k.collation_id
    GROUP BY k.indexrelid, k.tuples
  ), sized AS (
    SELECT i.*,
      -- 8 bytes of header, 16 with a bitmap of nulls; 4 more for the pointer to the tuple.
      8 + 8 * i.has_nulls + i.width + 4 AS entry,
      h.possible AND i.wants_sharing AND NOT i.indisunique AND i.indnatts = i.indnkeyatts AS shares, greatest(h.groups, 1) AS groups
    FROM indexes i LEFT JOIN sharing h ON h.indexrelid = i.indexrelid
  ), leaves AS (
    SELECT s.*, (block - 24 - 16) * s.fill / 100.0 AS room,
      CASE WHEN s.shares AND s.tuples >= 2 * s.groups
        -- A posting list has at most about a sixth of a page: some 132 row ids of 6 bytes.
        THEN 6 * s.tuples + s.groups * ceil(s.tuples / s.groups / 132) * (s.entry + 3) END AS shared
    FROM sized s
  ), estimated AS (
    SELECT l.*, 1 + CASE WHEN l.tuples = 0 THEN 0 ELSE ceil(leaf.n) + ceil(leaf.n * l.entry / ((block - 40) * 0.7)) END AS expected
    FROM leaves l CROSS JOIN LATERAL (
      SELECT CASE WHEN l.shared IS NOT NULL THEN l.shared / greatest(1, l.room - l.entry)
        WHEN l.exact THEN l.tuples / greatest(1, floor((l.room - l.entry) / l.entry))
        ELSE l.tuples / greatest(1, (l.room - l.entry) / l.entry - 0.5) END AS n) leaf
  ), noted AS (
    SELECT e.*, CASE WHEN e.amname <> 'btree' THEN 'only B-trees can be estimated'
      WHEN NOT e.indisvalid THEN 'the index is invalid'
      WHEN e.never THEN 'never analysed: run ANALYZE'
      WHEN e.names THEN 'columns of type name can not be estimated'
      WHEN e.known < e.attributes AND e.tuples > 0 THEN pgtend.why_unknown(
        -- Those of an expression belong to the index, which its owner and pg_read_all_data alone may read.
        CASE WHEN e.indexprs IS NULL OR has_table_privilege(e.indrelid, 'SELECT') IS NOT TRUE OR row_security_active(e.indrelid)
          THEN e.indrelid ELSE e.indexrelid END)
      WHEN pg_stat_get_mod_since_analyze(e.indrelid) > stale * greatest(e.heap_tuples, 1) THEN 'much has changed since the last ANALYZE: run it again' END AS why
    FROM estimated e
  )
  SELECT o.indexrelid, o.indrelid, o.nspname::text, o.heap_name::text, o.relname::text, o.pages * block,
    CASE WHEN o.why IS NULL THEN (o.expected * block)::bigint END, w.bytes, w.share,
    CASE WHEN w.bytes IS NULL THEN 'unknown' WHEN w.bytes < counts_from THEN 'ok'
      WHEN w.share > critical THEN 'critical' WHEN w.share > warning THEN 'warning' ELSE 'ok' END, o.why
  FROM noted o CROSS JOIN LATERAL (
    -- Bytes and share together: half of a tiny index is nothing.
    SELECT CASE WHEN o.why IS NULL THEN (greatest(0, o.pages - o.expected) * block)::bigint END,
      CASE WHEN o.why IS NULL THEN round((greatest(0, o.pages - o.expected) / greatest(1, o.pages))::numeric, 4) END) w(bytes, share);
END
$$;
