-- This database as a whole. Its counters are lifetime ones, so each row says since when they count.
CREATE OR REPLACE FUNCTION pgtend.health_storage()
RETURNS TABLE (metric text, value numeric, status text, details jsonb)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  size numeric := pg_database_size(current_database());
  most numeric := pgtend.setting('limits.storage');
  wal numeric;
BEGIN
  IF has_function_privilege('pg_ls_waldir()', 'EXECUTE') THEN
    wal := (SELECT sum(w.size) FROM pg_ls_waldir() w);
  END IF;
  RETURN QUERY SELECT 'storage', size,
    pgtend.grade(size / most, pgtend.setting('storage-near-limit.warning'), pgtend.setting('storage-near-limit.critical')),
    pgtend.about('storage-near-limit', 'bytes')
      || jsonb_strip_nulls(jsonb_build_object('limit', most, 'used', round(size / most, 4), 'wal', wal))
      || CASE WHEN most IS NULL THEN pgtend.unknown('missing',
        'PostgreSQL does not know how large its disk or plan is',
        'UPDATE pgtend.settings SET value = pg_size_bytes(''8 GB'') WHERE name = ''limits.storage''') ELSE '{}' END;
END
$$;

CREATE OR REPLACE FUNCTION pgtend.health_counters()
RETURNS TABLE (metric text, value numeric, status text, details jsonb)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  own oid := (SELECT d.oid FROM pg_database d WHERE d.datname = current_database());
  since timestamptz := pgtend.statistics_since();
  days numeric := extract(epoch FROM clock_timestamp() - since) / 86400;
  fetched numeric := pg_stat_get_db_blocks_fetched(own);
  hit numeric := least(fetched, pg_stat_get_db_blocks_hit(own));
  share numeric := hit / nullif(fetched, 0);
  deadlocks numeric := pg_stat_get_db_deadlocks(own);
BEGIN
  RETURN QUERY SELECT 'cache_hit', round(share, 4),
    CASE WHEN fetched < pgtend.setting('cache-hit.blocks') THEN 'ok'
      WHEN share < pgtend.setting('cache-hit.critical') THEN 'critical'
      WHEN share < pgtend.setting('cache-hit.warning') THEN 'warning' ELSE 'ok' END,
    pgtend.about('cache-hit', 'ratio') || jsonb_build_object('blocks', fetched, 'since', since);

  -- Over at least a day: one deadlock in the first minute is no rate.
  RETURN QUERY SELECT 'deadlocks', deadlocks,
    pgtend.grade(deadlocks / greatest(days, 1), pgtend.setting('deadlocks.perDay'), NULL),
    pgtend.about('deadlocks', 'count')
      || jsonb_build_object('per_day', round(deadlocks / greatest(days, 1), 2), 'since', since);

  -- Nowhere counted where checksums are off: then nothing is known, and that is no gap that a grant would close.
  RETURN QUERY SELECT 'checksum_failures', sum(f.failures),
    pgtend.grade(sum(f.failures), NULL, pgtend.setting('checksum-failures.failures')),
    pgtend.about('checksum-failures', 'count') || jsonb_build_object(
      'checksums', current_setting('data_checksums') = 'on',
      'databases', coalesce(jsonb_agg(f.datname) FILTER (WHERE f.failures > 0), '[]'))
      || CASE WHEN sum(f.failures) IS NULL THEN pgtend.unknown('unsupported', 'not known: data checksums are off',
        'pg_checksums --enable while the server is stopped') ELSE '{}' END
  FROM (SELECT d.datname, pg_stat_get_db_checksum_failures(d.oid) AS failures FROM pg_database d
    UNION ALL SELECT 'shared catalogs', pg_stat_get_db_checksum_failures(0)) f;

  RETURN QUERY SELECT 'statistics_age', round(days * 86400),
    CASE WHEN since IS NULL THEN 'unknown' ELSE 'ok' END,
    pgtend.about('statistics-age', 'seconds') || jsonb_build_object('since', since)
      || CASE WHEN since IS NULL THEN pgtend.unknown('failed', 'the server does not tell when its statistics began', NULL) ELSE '{}' END;
END
$$;

-- 2^31 less the 3 million ids that the server keeps for itself: there it refuses all writes.
CREATE OR REPLACE FUNCTION pgtend.health_wraparound()
RETURNS TABLE (metric text, value numeric, status text, details jsonb)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH ages AS (
    SELECT datname, age(datfrozenxid) AS xid_age, mxid_age(datminmxid) AS multixact_age
    -- Templates too: the oldest database of all, whatever it is for, is where writes stop. Not what an interrupted DROP DATABASE has left.
    FROM pg_database WHERE datconnlimit <> -2
  ), worst AS (
    SELECT *, greatest(xid_age, multixact_age)::numeric / (2147483648 - 3000000) AS used
    FROM ages ORDER BY greatest(xid_age, multixact_age) DESC LIMIT 1
  )
  SELECT 'wraparound', round(used, 4),
    pgtend.grade(used, pgtend.setting('wraparound.warning'), pgtend.setting('wraparound.critical')),
    pgtend.about('wraparound', 'ratio') || jsonb_build_object('database', datname, 'xid_age', xid_age,
      'multixact_age', multixact_age)
  FROM worst;
END
$$;
