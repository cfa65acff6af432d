-- Sessions of the whole server: connections, leaks, transactions, locks.
CREATE OR REPLACE FUNCTION pgtend.health_connections()
RETURNS TABLE (metric text, value numeric, status text, details jsonb)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  told boolean := pgtend.sees_states();
BEGIN
  IF NOT pgtend.sees_all_statistics() THEN
    RETURN QUERY SELECT * FROM pgtend.denied('connections', 'connection_leak');
    RETURN;
  END IF;
  RETURN QUERY
  WITH sessions AS (
    SELECT count(*) AS used, count(*) FILTER (WHERE datname = current_database()) AS here,
      CASE WHEN told THEN count(*) FILTER (WHERE state = 'active' AND pid <> pg_backend_pid()) END AS active,
      CASE WHEN told THEN count(*) FILTER (WHERE state = 'idle') END AS idle,
      CASE WHEN told THEN count(*) FILTER (WHERE state = 'idle in transaction') END AS idle_in_transaction,
      CASE WHEN told THEN count(*) FILTER (WHERE state = 'idle in transaction (aborted)') END AS aborted,
      count(*) FILTER (WHERE wait_event_type = 'Lock') AS waiting_on_lock
    FROM pg_stat_activity WHERE backend_type = 'client backend'
  ), usable AS (
    SELECT greatest(0, current_setting('max_connections')::integer
      - current_setting('superuser_reserved_connections')::integer
      - coalesce(current_setting('reserved_connections', true)::integer, 0)) AS n
  ), own AS (
    SELECT nullif(greatest(d.datconnlimit, 0), 0) AS most
    FROM pg_database d WHERE d.datname = current_database()
  ), share AS (
    SELECT CASE WHEN u.n = 0 THEN 1 ELSE s.used::numeric / u.n END AS server, s.here::numeric / o.most AS database
    FROM sessions s, usable u, own o
  )
  SELECT 'connections', round(greatest(h.server, h.database), 4),
    pgtend.grade(greatest(h.server, h.database), pgtend.setting('connections-near-limit.warning'),
      pgtend.setting('connections-near-limit.critical')),
    pgtend.about('connections-near-limit', 'ratio') || jsonb_strip_nulls(jsonb_build_object(
      'used', s.used, 'usable', u.n, 'active', s.active, 'idle', s.idle,
      'idle_in_transaction', s.idle_in_transaction, 'aborted', s.aborted, 'waiting_on_lock', s.waiting_on_lock,
      'database_sessions', s.here, 'database_limit', o.most))
  FROM sessions s, usable u, own o, share h;

  IF NOT told THEN
    RETURN QUERY SELECT * FROM pgtend.untracked('connection_leak');
    RETURN;
  END IF;

  -- The idle sessions of poolers, of PostgREST and of a platform's own services are at work.
  RETURN QUERY
  WITH leaks AS (
    SELECT coalesce(nullif(a.application_name, ''), '(no name)') AS application, count(*) AS sessions,
      extract(epoch FROM max(clock_timestamp() - a.state_change)) AS longest
    FROM pg_stat_activity a
    WHERE a.backend_type = 'client backend' AND a.state = 'idle' AND a.pid <> pg_backend_pid()
      AND clock_timestamp() - a.state_change > make_interval(secs => pgtend.setting('connection-leak.idle')::float8)
      AND lower(a.usename) NOT IN ('supabase_admin', 'authenticator', 'supabase_auth_admin', 'supabase_storage_admin',
        'supabase_replication_admin', 'supabase_realtime_admin', 'supabase_functions_admin', 'pgbouncer', 'supavisor',
        'rdsadmin', 'rdsrepladmin', 'cloudsqladmin', 'cloud_admin', 'azuresu')
      AND a.application_name !~* '^((postgrest|pg_cron|pg_cron scheduler|supavisor|pgbouncer)( [0-9.]+)?$|pgtend($| ))'
    GROUP BY 1
  )
  SELECT 'connection_leak', coalesce(max(l.sessions), 0)::numeric,
    pgtend.grade(coalesce(max(l.sessions), 0), pgtend.setting('connection-leak.sessions'), NULL),
    pgtend.about('connection-leak', 'count') || jsonb_build_object('applications', coalesce(
      jsonb_agg(jsonb_build_object('application', l.application, 'sessions', l.sessions, 'longest_idle', round(l.longest))
        ORDER BY l.sessions DESC) FILTER (WHERE l.sessions > pgtend.setting('connection-leak.sessions')), '[]'))
  FROM leaks l;
END
$$;

CREATE OR REPLACE FUNCTION pgtend.health_transactions()
RETURNS TABLE (metric text, value numeric, status text, details jsonb)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
  IF NOT pgtend.sees_states() THEN
    RETURN QUERY SELECT * FROM pgtend.untracked('idle_in_transaction', 'long_transaction');
  ELSIF pgtend.sees_all_statistics() THEN
    RETURN QUERY
    -- An aborted transaction is idle, and PostgreSQL no longer tells when it began.
    WITH sessions AS (
      SELECT pid, application_name, usename, datname, state,
        extract(epoch FROM clock_timestamp() - state_change) AS idle,
        extract(epoch FROM clock_timestamp() - xact_start) AS age,
        state LIKE 'idle in transaction%' AS idles
      FROM pg_stat_activity
      WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
    ), kinds AS (
      SELECT 'idle_in_transaction' AS metric, 'idle-in-transaction' AS rule, idle AS seconds, s.* FROM sessions s WHERE idles
      UNION ALL
      SELECT 'long_transaction', 'long-transaction', age, s.* FROM sessions s
      WHERE age IS NOT NULL AND NOT (idles AND idle > age / 2)
    )
    SELECT m.metric, round(coalesce(max(k.seconds), 0), 3),
      pgtend.grade(coalesce(max(k.seconds), 0), pgtend.setting(m.rule || '.warning'), pgtend.setting(m.rule || '.critical')),
      pgtend.about(m.rule, 'seconds') || jsonb_build_object('sessions', coalesce(
        jsonb_agg(jsonb_build_object('pid', k.pid, 'application', k.application_name, 'user', k.usename,
          'database', k.datname, 'state', k.state, 'seconds', round(k.seconds)) ORDER BY k.seconds DESC)
        FILTER (WHERE k.seconds > pgtend.setting(m.rule || '.warning')), '[]'))
    FROM (VALUES ('idle_in_transaction', 'idle-in-transaction'), ('long_transaction', 'long-transaction')) m(metric, rule)
    LEFT JOIN kinds k ON k.metric = m.metric
    GROUP BY m.metric, m.rule ORDER BY m.metric;
  ELSE
    RETURN QUERY SELECT * FROM pgtend.denied('idle_in_transaction', 'long_transaction');
  END IF;

  RETURN QUERY
  SELECT 'prepared_transactions', count(*)::numeric,
    pgtend.grade(count(*), pgtend.setting('prepared-transactions.transactions'), NULL),
    pgtend.about('prepared-transactions', 'count') || jsonb_strip_nulls(jsonb_build_object(
      'oldest', round(extract(epoch FROM clock_timestamp() - min(p.prepared)))))
  FROM pg_prepared_xacts p;
END
$$;

-- pg_blocking_pids stops the lock manager for a moment, so it is asked once for each session that waits.
CREATE OR REPLACE FUNCTION pgtend.health_blocking()
RETURNS TABLE (metric text, value numeric, status text, details jsonb)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  waiting bigint;
  longest numeric;
  heads jsonb;
BEGIN
  WITH waits AS MATERIALIZED (
    SELECT l.pid, l.waitstart, pg_blocking_pids(l.pid) AS blockers FROM pg_locks l WHERE NOT l.granted
  ), blocked AS MATERIALIZED (
    SELECT * FROM waits WHERE cardinality(blockers) > 0
  ), roots AS (
    SELECT b.blocker, count(DISTINCT b.pid) AS directly
    FROM (SELECT pid, unnest(blockers) AS blocker FROM blocked) b
    WHERE b.blocker NOT IN (SELECT pid FROM blocked) GROUP BY b.blocker
  )
  SELECT count(DISTINCT b.pid), coalesce(extract(epoch FROM clock_timestamp() - min(b.waitstart)), 0),
    (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('pid', r.blocker, 'blocks_directly', r.directly,
        'application', a.application_name, 'user', a.usename, 'state', a.state)) ORDER BY r.directly DESC, r.blocker), '[]')
      FROM roots r LEFT JOIN pg_stat_activity a ON a.pid = r.blocker)
  INTO waiting, longest, heads FROM blocked b;

  RETURN QUERY VALUES
    ('blocked_sessions', waiting::numeric,
      pgtend.grade(waiting, pgtend.setting('blocked-sessions.warning'), pgtend.setting('blocked-sessions.critical')),
      pgtend.about('blocked-sessions', 'count') || jsonb_build_object('heads', heads)),
    ('blocked_longest', round(greatest(longest, 0), 3),
      pgtend.grade(longest, NULL, pgtend.setting('blocked-too-long.seconds')),
      pgtend.about('blocked-too-long', 'seconds') || jsonb_build_object('heads', heads));
END
$$;
