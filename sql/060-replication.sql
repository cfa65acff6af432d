-- Standbys and slots, seen from either side. An idle primary is no lag; a standby without a live sender is broken.
CREATE OR REPLACE FUNCTION pgtend.health_replication()
RETURNS TABLE (metric text, value numeric, status text, details jsonb)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  standbys jsonb := '[]';
  lag numeric;
  lost jsonb := (SELECT coalesce(jsonb_agg(slot_name), '[]') FROM pg_replication_slots WHERE wal_status = 'lost');
  cut_off boolean := false;
BEGIN
  IF NOT pgtend.sees_all_statistics() THEN
    RETURN QUERY SELECT * FROM pgtend.denied('replication_lag');
    RETURN QUERY SELECT 'replication_broken', NULL::numeric,
      CASE WHEN lost = '[]' THEN 'unknown' ELSE 'critical' END,
      d.details || jsonb_build_object('lost_slots', lost) FROM pgtend.denied('replication_broken') d;
    RETURN;
  END IF;

  -- Of a receiver that never replays, as pg_receivewal, replay_lag is no lag: it only grows.
  SELECT max(extract(epoch FROM r.replay_lag)) FILTER (WHERE r.replay_lsn IS NOT NULL), coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
      'standby', r.application_name, 'state', r.state, 'sync', r.sync_state,
      'lag_seconds', CASE WHEN r.replay_lsn IS NOT NULL THEN extract(epoch FROM r.replay_lag) END,
      'lag_bytes', pg_wal_lsn_diff(w.lsn, coalesce(r.replay_lsn, r.flush_lsn, r.write_lsn)),
      'flush_bytes', pg_wal_lsn_diff(w.lsn, r.flush_lsn))) ORDER BY r.application_name, r.pid), '[]')
  INTO lag, standbys
  FROM pg_stat_replication r, (
    SELECT CASE WHEN pg_is_in_recovery() THEN coalesce(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())
      ELSE pg_current_wal_lsn() END AS lsn) w
  WHERE r.state IS DISTINCT FROM 'backup';

  IF pg_is_in_recovery() THEN
    -- A sender that is idle writes every 30 s at the latest.
    cut_off := NOT EXISTS (SELECT FROM pg_stat_wal_receiver
      WHERE status IS NOT NULL AND clock_timestamp() - last_msg_receipt_time <= interval '90 s');
    lag := greatest(lag, CASE
      WHEN pg_last_wal_receive_lsn() IS DISTINCT FROM pg_last_wal_replay_lsn()
      THEN extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) ELSE 0 END);
  END IF;

  RETURN QUERY SELECT 'replication_lag', round(lag, 3),
    pgtend.grade(coalesce(lag, 0), pgtend.setting('replication-lag.warning'), pgtend.setting('replication-lag.critical')),
    pgtend.about('replication-lag', 'seconds') || jsonb_build_object('standbys', standbys,
      'side', CASE WHEN pg_is_in_recovery() THEN 'standby' ELSE 'primary' END,
      'replay_paused', CASE WHEN pg_is_in_recovery() THEN pg_is_wal_replay_paused() END);

  RETURN QUERY SELECT 'replication_broken', (jsonb_array_length(lost) + cut_off::integer)::numeric,
    CASE WHEN cut_off OR lost <> '[]' THEN 'critical' ELSE 'ok' END,
    pgtend.about('replication-broken', 'count') || jsonb_build_object('lost_slots', lost, 'disconnected', cut_off);
END
$$;

CREATE OR REPLACE FUNCTION pgtend.health_slots()
RETURNS TABLE (metric text, value numeric, status text, details jsonb)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH slots AS (
    SELECT s.slot_name, s.slot_type, s.active, s.wal_status, s.safe_wal_size AS safe,
      greatest(0, pg_wal_lsn_diff(w.lsn, s.restart_lsn)) AS retained
    FROM pg_replication_slots s, (
      SELECT CASE WHEN pg_is_in_recovery() THEN coalesce(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())
        ELSE pg_current_wal_lsn() END AS lsn) w
    WHERE s.wal_status IS DISTINCT FROM 'lost'
  )
  SELECT 'slot_retained_wal', coalesce(max(retained), 0),
    -- Past max_slot_wal_keep_size a slot is lost at the next checkpoint; what is safe and what is held back make that limit.
    pgtend.worst(
      pgtend.grade(coalesce(max(retained), 0), pgtend.setting('slot-retains-wal.warning'),
        pgtend.setting('slot-retains-wal.critical')),
      CASE WHEN bool_or(wal_status = 'unreserved') THEN 'critical'
        WHEN bool_or(safe < pgtend.setting('slot-retains-wal.left') * (safe + retained)) THEN 'warning' END),
    pgtend.about('slot-retains-wal', 'bytes') || jsonb_build_object('slots', coalesce(jsonb_agg(jsonb_build_object(
      'slot', slot_name, 'kind', slot_type, 'active', active, 'retained', retained, 'safe_wal', safe, 'wal_status', wal_status)
      ORDER BY retained DESC NULLS LAST), '[]'))
  FROM slots;
END
$$;
