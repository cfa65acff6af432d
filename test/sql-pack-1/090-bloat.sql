-- Wasted space, estimated from the planner's statistics: how large the relation would be if it were written anew, against
-- how large it is. The arithmetic is that of the storage format (storage/page, htup_details.h, nbtree.h), as in the
-- estimators of ioguix/pgsql-bloat-estimation, with alignment followed column by column and B-tree deduplication counted.

-- Bytes of a row's columns, by relation. Follows the columns in their order: `fill` bytes so far, of which the last ones
-- are `phase` past a multiple of `modulus` (1: anywhere). Short varlena (up to 126 bytes) are not aligned.
CREATE OR REPLACE FUNCTION pgtend.estimate_row_widths(kinds "char"[], least_pages bigint)
RETURNS TABLE (relation oid, width float8, exact boolean, has_nulls float8, attributes bigint, known bigint, names boolean)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET enable_nestloop = off AS $$
  WITH RECURSIVE statistics AS MATERIALIZED (
    SELECT schemaname, tablename, attname, null_frac, avg_width FROM pg_stats WHERE NOT inherited
  ), relations AS MATERIALIZED (
    SELECT c.oid, c.relname, n.nspname, c.relkind, c.oid AS heap, c.relname AS heap_name, NULL::int2[] AS keys
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid >= 16384 AND c.relkind = ANY (kinds) AND c.relkind <> 'i' AND c.relpersistence <> 't' AND c.relpages >= least_pages
    UNION ALL
    SELECT c.oid, c.relname, n.nspname, c.relkind, t.oid, t.relname, string_to_array(x.indkey::text, ' ')::int2[]
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_index x ON x.indexrelid = c.oid JOIN pg_class t ON t.oid = x.indrelid
    WHERE c.oid >= 16384 AND c.relkind = 'i' AND 'i' = ANY (kinds) AND c.relpersistence <> 't' AND c.relpages >= least_pages
      AND c.relnamespace <> 99
  ), columns AS MATERIALIZED (
    -- A dropped column is null in each row written since. An index keeps a name as a cstring, cut to its length.
    SELECT r.oid AS relid, row_number() OVER (PARTITION BY r.oid ORDER BY a.attnum) AS place,
      a.attisdropped OR s.attname IS NOT NULL AS known, a.atttypid = 'cstring'::regtype AS name,
      a.attlen > 0 AS fixed, CASE WHEN a.attisdropped THEN 1 ELSE coalesce(s.null_frac, 0) END::float8 AS nulls,
      coalesce(s.avg_width, 0) AS bytes,
      CASE WHEN a.attlen = -2 OR (a.attlen = -1 AND a.attstorage <> 'p' AND coalesce(s.avg_width, 0) < 127) THEN 1
        ELSE CASE a.attalign WHEN 'd' THEN 8 WHEN 'i' THEN 4 WHEN 's' THEN 2 ELSE 1 END END AS align
    FROM relations r
    JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0
    -- The column of an index is the table's; only an expression has statistics of its own, under the index's name.
    LEFT JOIN pg_attribute h ON h.attrelid = r.heap AND h.attnum = coalesce(nullif(r.keys[a.attnum], 0), a.attnum)
      AND coalesce(r.keys[a.attnum], 1) <> 0
    LEFT JOIN statistics s ON s.schemaname = r.nspname
      AND s.tablename = CASE WHEN r.keys[a.attnum] = 0 THEN r.relname ELSE r.heap_name END
      AND s.attname = coalesce(h.attname, a.attname)
  ), walk AS (
    SELECT oid AS relid, 0::bigint AS place, 0::float8 AS fill, 0 AS phase, 8 AS modulus FROM relations
    UNION ALL
    SELECT w.relid, c.place,
      w.fill + (1 - c.nulls) * (c.bytes + CASE WHEN c.align <= w.modulus THEN (c.align - w.phase % c.align) % c.align
        ELSE (w.modulus - w.phase) % w.modulus + (c.align - w.modulus) / 2.0 END),
      CASE WHEN c.nulls = 1 THEN w.phase WHEN NOT c.fixed OR c.nulls > 0.05 THEN 0
        WHEN c.align <= w.modulus THEN (w.phase + (c.align - w.phase % c.align) % c.align + c.bytes) % w.modulus
        ELSE c.bytes % c.align END,
      CASE WHEN c.nulls = 1 THEN w.modulus WHEN NOT c.fixed OR c.nulls > 0.05 THEN 1 ELSE greatest(w.modulus, c.align) END
    FROM walk w JOIN columns c ON c.relid = w.relid AND c.place = w.place + 1
  ), ends AS (
    SELECT DISTINCT ON (relid) relid, fill, phase, modulus FROM walk ORDER BY relid, place DESC
  ), counted AS (
    SELECT c.relid, count(*) AS attributes, count(*) FILTER (WHERE c.known) AS known, bool_or(c.name) AS names,
      1 - CASE WHEN max(c.nulls) = 1 THEN 0 ELSE exp(sum(ln(CASE WHEN c.nulls = 1 THEN 1 ELSE 1 - c.nulls END))) END AS has_nulls
    FROM columns c GROUP BY c.relid
  )
  -- Data ends at a multiple of 8.
  SELECT e.relid, e.fill + CASE WHEN e.modulus = 8 THEN (8 - e.phase) % 8
      ELSE (e.modulus - e.phase) % e.modulus + (8 - e.modulus) / 2.0 END,
    e.modulus > 1, coalesce(c.has_nulls, 0), coalesce(c.attributes, 0), coalesce(c.known, 0), coalesce(c.names, false)
  FROM ends e LEFT JOIN counted c ON c.relid = e.relid
$$;

-- Whether a table has changed so much since ANALYZE that its statistics prove nothing.
CREATE OR REPLACE FUNCTION pgtend.is_stale(relation oid, tuples float8, most numeric) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT pg_stat_get_mod_since_analyze(relation) > most * greatest(tuples, 1)
$$;

-- Why the statistics of a relation can not be read, and what would help.
CREATE OR REPLACE FUNCTION pgtend.why_unknown(heap oid) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN has_table_privilege(heap, 'SELECT') IS NOT TRUE
      THEN format('the planner’s statistics can not be read: GRANT pg_read_all_data TO %I', current_user)
    WHEN row_security_active(heap) THEN 'row-level security hides the planner’s statistics from this role'
    ELSE 'not all columns have statistics: run ANALYZE' END
$$;

CREATE OR REPLACE FUNCTION pgtend.estimate_index_bloat(least_bytes bigint DEFAULT 0)
RETURNS TABLE (index_id oid, table_id oid, schema_name text, table_name text, index_name text, index_bytes bigint,
  expected_bytes bigint, bloat_bytes bigint, bloat_ratio numeric, note text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET enable_nestloop = off AS $$
#variable_conflict use_column
DECLARE
  block bigint := current_setting('block_size');
  stale numeric := pgtend.setting('stale-statistics.ratio');
BEGIN
  RETURN QUERY
  WITH statistics AS MATERIALIZED (
    SELECT schemaname, tablename, attname, n_distinct FROM pg_stats WHERE NOT inherited
  ), indexes AS MATERIALIZED (
    SELECT x.*, c.relname, n.nspname, t.relname AS heap_name, greatest(c.relpages, 0)::bigint AS pages, m.amname,
      greatest(c.reltuples, 0)::float8 AS tuples, c.reltuples < 0 OR t.reltuples < 0 AS never, greatest(t.reltuples, 0) AS heap_tuples,
      coalesce((SELECT o.option_value::integer FROM pg_options_to_table(c.reloptions) o WHERE o.option_name = 'fillfactor'), 90) AS fill,
      coalesce((SELECT o.option_value::boolean FROM pg_options_to_table(c.reloptions) o
        WHERE o.option_name = 'deduplicate_items'), true) AS wants_sharing
    FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_class t ON t.oid = x.indrelid JOIN pg_am m ON m.oid = c.relam
    WHERE x.indexrelid >= 16384 AND c.relkind = 'i' AND c.relpersistence <> 't' AND c.relnamespace <> 99
      AND c.relpages >= least_bytes / block
  ), keys AS MATERIALIZED (
    SELECT i.indexrelid, k.nth, o.opcfamily, o.opcintype, l.collisdeterministic, coalesce(s.n_distinct, -1) AS n_distinct
    FROM indexes i
    CROSS JOIN LATERAL unnest(string_to_array(i.indclass::text, ' ')::oid[], string_to_array(i.indkey::text, ' ')::int2[],
      string_to_array(i.indcollation::text, ' ')::oid[]) WITH ORDINALITY k(class, attnum, collation_id, nth)
    JOIN pg_opclass o ON o.oid = k.class
    LEFT JOIN pg_collation l ON l.oid = k.collation_id
    LEFT JOIN pg_attribute a ON a.attrelid = CASE WHEN k.attnum = 0 THEN i.indexrelid ELSE i.indrelid END
      AND a.attnum = CASE WHEN k.attnum = 0 THEN k.nth ELSE k.attnum END
    LEFT JOIN statistics s ON s.schemaname = i.nspname AND s.attname = a.attname
      AND s.tablename = CASE WHEN k.attnum = 0 THEN i.relname ELSE i.heap_name END
    WHERE i.amname = 'btree'
  ), sharing AS (
    -- Duplicates share one key where each operator class says that equal means the same bytes (support function 4).
    SELECT i.indexrelid, bool_and(coalesce(k.collisdeterministic, true) AND EXISTS (
        SELECT FROM pg_amproc p WHERE p.amprocfamily = k.opcfamily AND p.amproclefttype = k.opcintype
          AND p.amprocrighttype = k.opcintype AND p.amprocnum = 4)) AS possible,
      least(i.tuples, exp(least(700, sum(ln(greatest(1, CASE WHEN k.n_distinct < 0 THEN -k.n_distinct * i.heap_tuples
        ELSE k.n_distinct END)))))) AS groups
    FROM indexes i JOIN keys k ON k.indexrelid = i.indexrelid GROUP BY i.indexrelid, i.tuples
  ), sized AS (
    SELECT i.*, w.attributes, w.known, w.names,
      -- 8 bytes of header, 16 with a bitmap of nulls; 4 more for the pointer to the tuple.
      8 + 8 * w.has_nulls + w.width + 4 AS entry, w.exact,
      h.possible AND i.wants_sharing AND NOT i.indisunique AND i.indnatts = i.indnkeyatts AS shares, greatest(h.groups, 1) AS groups
    FROM indexes i
    LEFT JOIN pgtend.estimate_row_widths('{i}', least_bytes / block) w ON w.relation = i.indexrelid
    LEFT JOIN sharing h ON h.indexrelid = i.indexrelid
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
      WHEN e.known IS DISTINCT FROM e.attributes AND e.tuples > 0 THEN pgtend.why_unknown(e.indrelid)
      WHEN pgtend.is_stale(e.indrelid, e.heap_tuples, stale) THEN 'much has changed since the last ANALYZE: run it again' END AS why
    FROM estimated e
  )
  SELECT o.indexrelid, o.indrelid, o.nspname::text, o.heap_name::text, o.relname::text, o.pages * block,
    CASE WHEN o.why IS NULL THEN (o.expected * block)::bigint END,
    CASE WHEN o.why IS NULL THEN (greatest(0, o.pages - o.expected) * block)::bigint END,
    CASE WHEN o.why IS NULL THEN round((greatest(0, o.pages - o.expected) / greatest(1, o.pages))::numeric, 4) END, o.why
  FROM noted o;
END
$$;
