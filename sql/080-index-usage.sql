-- Which indexes earn their keep. Compared by the numbers of the catalog and never by their texts: asking PostgreSQL for a
-- definition would wait behind whoever has the index locked.
CREATE OR REPLACE FUNCTION pgtend.index_counters()
RETURNS TABLE (index_id oid, scans bigint, rows_read bigint, rows_fetched bigint, last_scan timestamptz, nulls_not_distinct boolean)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  version integer := current_setting('server_version_num')::integer;
BEGIN
  RETURN QUERY EXECUTE format('SELECT x.indexrelid, pg_stat_get_numscans(x.indexrelid), pg_stat_get_tuples_returned(x.indexrelid),
      pg_stat_get_tuples_fetched(x.indexrelid), %s, %s FROM pg_index x WHERE x.indexrelid >= 16384',
    CASE WHEN version >= 160000 THEN 'pg_stat_get_lastscan(x.indexrelid)' ELSE 'NULL::timestamptz' END,
    CASE WHEN version >= 150000 THEN 'x.indnullsnotdistinct' ELSE 'false' END);
END
$$;

-- Behind the orders of the keys `options` has the parameters that a search depends on, those of operator classes with the number
-- of the column; fillfactor and the like are left out. No operator class of B-trees (403) has any.
-- `place` is the order of worth in which identical indexes are kept: what carries a constraint or the like, else the oldest.
-- place[6] tells a part of the index of a partitioned table, place[8:10] what an index promises about its values: a deferrable
-- constraint is nothing that the planner can rely on.
CREATE OR REPLACE FUNCTION pgtend.index_definitions()
RETURNS TABLE (index_id oid, table_id oid, schema_name text, table_name text, index_name text, method text, pages integer,
  keys text[], key_columns integer, classes text[], collations text[], options text[], expressions text, predicate text,
  is_unique boolean, nulls_not_distinct boolean, usable boolean, valid boolean, built_now boolean, constraint_name text,
  kept_because text, is_free boolean, place numeric[], scans bigint, rows_read bigint, rows_fetched bigint, last_scan timestamptz)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET enable_nestloop = off AS $$
  WITH used AS MATERIALIZED (
    SELECT conindid, min(conname::text) FILTER (WHERE contype <> 'f') AS name, bool_or(contype = 'f') AS foreign_key
    FROM pg_constraint WHERE conindid <> 0 GROUP BY conindid
  ), building AS MATERIALIZED (
    -- REINDEX TABLE CONCURRENTLY makes all new indexes of a table and its TOAST table, then works on one after the other.
    SELECT index_relid, CASE command WHEN 'REINDEX CONCURRENTLY' THEN ARRAY[relid,
      (SELECT reltoastrelid FROM pg_class WHERE oid = relid), (SELECT oid FROM pg_class WHERE reltoastrelid = relid)] END AS tables
    FROM pg_stat_progress_create_index WHERE datname = current_database()
  )
  SELECT x.indexrelid, x.indrelid, n.nspname::text, t.relname::text, c.relname::text, m.amname::text, greatest(c.relpages, 0),
    string_to_array(x.indkey::text, ' '), x.indnkeyatts::integer, string_to_array(x.indclass::text, ' '),
    string_to_array(x.indcollation::text, ' '), string_to_array(x.indoption::text, ' ')
      || ARRAY(SELECT o FROM unnest(c.reloptions) o WHERE split_part(o, '=', 1) NOT IN
        ('fillfactor', 'deduplicate_items', 'buffering', 'fastupdate', 'gin_pending_list_limit', 'autosummarize') ORDER BY o)
      || CASE WHEN c.relam <> 403 THEN ARRAY(SELECT a.attnum || '.' || o FROM pg_attribute a, unnest(a.attoptions) o
        WHERE a.attrelid = x.indexrelid ORDER BY 1) END,
    -- Node trees carry the place in the statement that made them, which says nothing about the index.
    regexp_replace(x.indexprs::text, ':location -?\d+', ':location -1', 'g'),
    regexp_replace(x.indpred::text, ':location -?\d+', ':location -1', 'g'),
    x.indisunique, s.nulls_not_distinct, x.indisvalid AND x.indisready, x.indisvalid,
    EXISTS (SELECT FROM building b WHERE b.index_relid = x.indexrelid
      OR NOT x.indisvalid AND c.relname ~ '_cc(new|old)\d*$' AND x.indrelid = ANY (b.tables)), u.name,
    CASE WHEN x.indisprimary THEN 'it is the primary key'
      WHEN x.indisexclusion THEN 'it enforces an exclusion constraint'
      WHEN u.name IS NOT NULL THEN 'it enforces the constraint ' || u.name
      WHEN x.indisunique THEN 'it enforces uniqueness'
      WHEN u.foreign_key THEN 'a foreign key refers to it'
      WHEN x.indisreplident THEN 'logical replication identifies rows by it'
      WHEN x.indisclustered THEN 'the table is clustered by it'
      WHEN c.relispartition THEN 'it is part of the index of a partitioned table' END,
    NOT (x.indisprimary OR x.indisexclusion OR u.conindid IS NOT NULL OR x.indisreplident OR c.relispartition OR x.indisclustered),
    ARRAY[x.indisprimary::integer, x.indisexclusion::integer, (u.name IS NOT NULL)::integer,
      coalesce(u.foreign_key, false)::integer, x.indisreplident::integer, c.relispartition::integer, x.indisclustered::integer,
      (x.indisunique AND s.nulls_not_distinct)::integer, (x.indisunique AND x.indimmediate)::integer, x.indisunique::integer,
      -(x.indexrelid::bigint)]::numeric[],
    s.scans, s.rows_read, s.rows_fetched, s.last_scan
  FROM pg_index x
  JOIN pg_class c ON c.oid = x.indexrelid
  JOIN pg_class t ON t.oid = x.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_am m ON m.oid = c.relam
  JOIN pgtend.index_counters() s ON s.index_id = x.indexrelid
  LEFT JOIN used u ON u.conindid = x.indexrelid
  -- The index of a partitioned table has no storage; its parts are counted by themselves. Of TOAST tables only what failed.
  WHERE x.indexrelid >= 16384 AND c.relkind = 'i' AND c.relpersistence <> 't'
    AND (c.relnamespace <> 99 OR NOT x.indisvalid)
$$;

-- For each foreign key the one index that serves the search among the referring rows and should stay: its columns lead, in
-- any order, and it is not partial but for "is not null". Of several the most scanned, then the oldest. Nothing checks a key
-- that is NOT ENFORCED, a column that PostgreSQL 18 brought.
CREATE OR REPLACE FUNCTION pgtend.foreign_key_indexes()
RETURNS TABLE (index_id oid, key_name text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET enable_nestloop = off AS $$
  WITH keys AS MATERIALIZED (
    SELECT oid, conrelid, conname::text AS name, conkey::text[] AS columns, cardinality(conkey) AS width
    FROM pg_constraint k WHERE contype = 'f' AND coalesce((to_jsonb(k) ->> 'conenforced')::boolean, true)
  ), serving AS (
    SELECT DISTINCT ON (k.oid) d.index_id, k.oid, k.name
    FROM keys k JOIN pgtend.index_definitions() d ON d.table_id = k.conrelid
    WHERE d.usable AND (d.method = 'btree' OR (d.method = 'hash' AND k.width = 1)) AND d.key_columns >= k.width
      AND d.keys[1:k.width] @> k.columns AND d.keys[1:k.width] <@ k.columns
      AND (d.predicate IS NULL OR substring(d.predicate FROM
        '^\{NULLTEST :arg \{VAR [^{}]*:varattno (\d+) [^{}]*\} :nulltesttype 1 [^{}]*\}$') = ANY (k.columns))
    ORDER BY k.oid, d.scans DESC, d.index_id
  )
  SELECT DISTINCT ON (index_id) index_id, name FROM serving ORDER BY index_id, oid
$$;

-- Indexes that another one of the same table makes needless: identical ones, and those whose columns another begins with.
-- A unique one is only needless beside an identical one that is unique as strictly.
CREATE OR REPLACE FUNCTION pgtend.redundant_indexes()
RETURNS TABLE (index_id oid, twin_name text, reason text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET enable_nestloop = off AS $$
  WITH defined AS MATERIALIZED (
    SELECT * FROM pgtend.index_definitions() WHERE usable
  ), ranked AS MATERIALIZED (
    SELECT d.*, first_value(d.index_id) OVER same AS same_as
    FROM defined d
    WINDOW same AS (PARTITION BY table_id, method, keys, key_columns, classes, collations, options, expressions, predicate
      ORDER BY place DESC)
  ), identical AS MATERIALIZED (
    SELECT DISTINCT ON (i.index_id) i.index_id, t.index_name AS twin
    FROM ranked i JOIN ranked t ON t.same_as = i.same_as AND t.place > i.place
    WHERE i.is_free AND t.place[8] >= i.place[8] AND t.place[9] >= i.place[9] AND t.place[10] >= i.place[10]
    ORDER BY i.index_id, t.place DESC
  ), remaining AS MATERIALIZED (
    SELECT * FROM ranked WHERE index_id NOT IN (SELECT i.index_id FROM identical i)
  ), covered AS MATERIALIZED (
    SELECT short.index_id, long.index_id AS long_id, long.index_name AS twin, long.place
    FROM remaining short JOIN remaining long ON long.table_id = short.table_id AND long.index_id <> short.index_id
    WHERE short.is_free AND NOT short.is_unique AND short.method = 'btree' AND long.method = 'btree'
      AND short.expressions IS NULL AND long.predicate IS NOT DISTINCT FROM short.predicate
      AND long.key_columns >= short.key_columns
      AND NOT (long.key_columns = short.key_columns AND cardinality(long.keys) <= cardinality(short.keys))
      AND long.keys[1:short.key_columns] = short.keys[1:short.key_columns]
      AND long.classes[1:short.key_columns] = short.classes[1:short.key_columns]
      AND long.collations[1:short.key_columns] = short.collations[1:short.key_columns]
      AND long.options[1:short.key_columns] = short.options[1:short.key_columns]
      AND short.keys[short.key_columns + 1:] <@ long.keys
  )
  SELECT index_id, twin, 'identical' FROM identical
  UNION ALL
  SELECT * FROM (
    SELECT DISTINCT ON (index_id) index_id, twin, 'prefix' FROM covered
    WHERE long_id NOT IN (SELECT index_id FROM covered) ORDER BY index_id, place DESC) p
$$;

CREATE OR REPLACE FUNCTION pgtend.analyze_index_usage()
RETURNS TABLE (schema_name text, table_name text, index_name text, index_bytes bigint, scans bigint, rows_read bigint,
  rows_fetched bigint, last_scan timestamptz, statistics_since timestamptz, verdict text, reason text, drop_statement text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET enable_nestloop = off AS $$
#variable_conflict use_column
DECLARE
  since timestamptz := pgtend.statistics_since();
  days numeric := pgtend.setting('drop-unused-index.days');
  block bigint := current_setting('block_size');
  all_seen boolean := pgtend.sees_all_statistics();
BEGIN
  RETURN QUERY
  WITH judged AS (
    SELECT d.*, r.twin_name, r.reason AS twin_reason, f.key_name, CASE
        WHEN d.built_now THEN 'building'
        WHEN NOT d.valid AND NOT all_seen THEN 'unknown'
        WHEN NOT d.valid THEN 'invalid'
        WHEN r.index_id IS NOT NULL THEN 'duplicate'
        WHEN d.scans > 0 OR d.last_scan >= since THEN 'used'
        WHEN d.kept_because IS NOT NULL OR f.index_id IS NOT NULL THEN 'kept'
        WHEN since IS NULL OR clock_timestamp() - since < make_interval(days => days::integer) THEN 'too early'
        ELSE 'unused' END AS verdict
    FROM pgtend.index_definitions() d LEFT JOIN pgtend.redundant_indexes() r ON r.index_id = d.index_id
    LEFT JOIN pgtend.foreign_key_indexes() f ON f.index_id = d.index_id
  )
  SELECT j.schema_name, j.table_name, j.index_name, j.pages * block, j.scans, j.rows_read, j.rows_fetched, j.last_scan, since,
    j.verdict, CASE j.verdict
      WHEN 'building' THEN 'it is being built now'
      WHEN 'invalid' THEN 'no query may use it; most often a CREATE INDEX or REINDEX CONCURRENTLY failed'
        || CASE WHEN j.place[6] = 1 THEN '; it is part of the index of a partitioned table: REINDEX INDEX CONCURRENTLY builds it anew, '
            || 'and ALTER INDEX ... ATTACH PARTITION, again, makes the whole valid'
          ELSE coalesce('; ' || j.kept_because, '') END
      WHEN 'unknown' THEN format('invalid, or being built by another role: GRANT pg_monitor TO %I would tell', current_user)
      WHEN 'duplicate' THEN CASE j.twin_reason WHEN 'identical' THEN format('%I is the same index', j.twin_name)
        ELSE format('%I begins with the same columns', j.twin_name) END
      WHEN 'kept' THEN coalesce(j.kept_because, format('the foreign key %s is checked with it', j.key_name))
      WHEN 'too early' THEN format('no scan yet, but the statistics are younger than %s days', days)
      WHEN 'unused' THEN 'no scan on this server since the statistics began; standbys count for themselves'
        || CASE WHEN j.expressions IS NULL THEN '' ELSE '; the planner would lose statistics on its expression' END END,
    CASE WHEN j.verdict IN ('duplicate', 'unused') OR (j.verdict = 'invalid' AND j.constraint_name IS NULL AND j.place[6] = 0)
      THEN format('DROP INDEX CONCURRENTLY %I.%I', j.schema_name, j.index_name) END
  FROM judged j;
END
$$;

CREATE OR REPLACE VIEW pgtend.index_usage_analysis AS
SELECT schema_name, table_name, index_name, index_bytes, scans, rows_read, rows_fetched, last_scan, statistics_since,
  verdict, reason, drop_statement
FROM pgtend.analyze_index_usage() ORDER BY schema_name, table_name, index_name;
COMMENT ON VIEW pgtend.index_usage_analysis IS
  'Each index with its size by pages, its scans and a verdict: used, unused, too early, duplicate, invalid, building, kept or unknown.';

CREATE OR REPLACE FUNCTION pgtend.health_indexes()
RETURNS TABLE (metric text, value numeric, status text, details jsonb)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  least_size numeric := pgtend.setting('drop-unused-index.size');
  since timestamptz := pgtend.statistics_since();
  too_early boolean := since IS NULL OR clock_timestamp() - since
    < make_interval(days => pgtend.setting('drop-unused-index.days')::integer);
BEGIN
  RETURN QUERY
  WITH all_indexes AS MATERIALIZED (
    SELECT * FROM pgtend.analyze_index_usage()
  ), asked (metric, rule, verdict, least) AS (
    VALUES ('invalid_indexes', 'invalid-index', 'invalid', 0), ('duplicate_indexes', 'drop-duplicate-index', 'duplicate', 0),
      ('unused_indexes', 'drop-unused-index', 'unused', least_size)
  ), counted AS (
    SELECT a.metric, a.rule, count(i.index_name) AS n, coalesce(sum(i.index_bytes), 0) AS bytes,
      coalesce(jsonb_agg(jsonb_build_object('index', format('%I.%I', i.schema_name, i.index_name), 'table', i.table_name,
        'bytes', i.index_bytes, 'reason', i.reason) ORDER BY i.index_bytes DESC, i.index_name)
        FILTER (WHERE i.index_name IS NOT NULL), '[]') AS indexes
    FROM asked a LEFT JOIN all_indexes i ON i.verdict = a.verdict AND i.index_bytes >= a.least
    GROUP BY a.metric, a.rule
  ), hidden AS (
    SELECT count(*) AS n FROM all_indexes WHERE verdict = 'unknown'
  )
  SELECT c.metric, c.n::numeric, CASE WHEN c.n > 0 THEN 'warning'
      WHEN c.metric = 'invalid_indexes' AND h.n > 0 OR c.metric = 'unused_indexes' AND too_early THEN 'unknown' ELSE 'ok' END,
    pgtend.about(c.rule, 'count') || jsonb_build_object('bytes', c.bytes,
      'indexes', (SELECT coalesce(jsonb_agg(e.value ORDER BY e.nth), '[]')
        FROM jsonb_array_elements(c.indexes) WITH ORDINALITY e(value, nth) WHERE e.nth <= 20))
    || CASE WHEN c.metric = 'invalid_indexes' AND h.n > 0 THEN pgtend.unknown('denied',
        h.n || ' indexes are invalid or being built', format('GRANT pg_monitor TO %I', current_user))
      WHEN c.metric = 'unused_indexes' AND too_early THEN pgtend.unknown('pending',
        'the statistics began ' || coalesce(since::text, 'at an unknown time') || ', too lately to tell', NULL) ELSE '{}' END
  FROM counted c, hidden h ORDER BY c.metric;
END
$$;
