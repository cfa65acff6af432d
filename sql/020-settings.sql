-- Thresholds, named as pgtend's rules and advice name theirs: rule.threshold. Change the column value only.
CREATE TABLE IF NOT EXISTS pgtend.settings (
  name text PRIMARY KEY,
  value numeric CHECK (value >= 0 AND value < 'Infinity'),
  default_value numeric,
  help text NOT NULL,
  CONSTRAINT settings_needs_value CHECK (value IS NOT NULL OR name = 'limits.storage')
);

-- A value that somebody changed stays; one that nobody changed follows the default. What is no longer known goes.
WITH defaults (name, default_value, help) AS (VALUES
  ('limits.storage', NULL::numeric, 'Bytes that the database may take; none: storage can not be judged'),
  ('limits.slowQuery', 1, 'A statement with a mean above this many seconds is slow'),
  ('connections-near-limit.warning', 0.8, 'Connections taken out of those that clients may open'),
  ('connections-near-limit.critical', 0.9, 'Connections taken out of those that clients may open'),
  ('connection-leak.sessions', 10, 'Idle sessions that one application may hold'),
  ('connection-leak.idle', 600, 'Seconds after which such a session counts'),
  ('idle-in-transaction.warning', 60, 'Seconds that a session may be idle in a transaction'),
  ('idle-in-transaction.critical', 600, 'Seconds that a session may be idle in a transaction'),
  ('long-transaction.warning', 300, 'Seconds that a transaction may be open'),
  ('long-transaction.critical', 3600, 'Seconds that a transaction may be open'),
  ('blocked-sessions.warning', 0, 'Sessions that may wait for a lock'),
  ('blocked-sessions.critical', 5, 'Sessions that may wait for a lock'),
  ('blocked-too-long.seconds', 60, 'Seconds that a session may wait for a lock'),
  ('prepared-transactions.transactions', 0, 'Prepared transactions that may be open'),
  ('storage-near-limit.warning', 0.8, 'Size of the database out of limits.storage'),
  ('storage-near-limit.critical', 0.9, 'Size of the database out of limits.storage'),
  ('cache-hit.warning', 0.95, 'Least share of blocks found in shared buffers'),
  ('cache-hit.critical', 0.9, 'Least share of blocks found in shared buffers'),
  ('cache-hit.blocks', 10000, 'Blocks that must have been read before the share says anything'),
  ('deadlocks.perDay', 1, 'Deadlocks a day since the statistics began'),
  ('checksum-failures.failures', 0, 'Pages that may fail their checksum'),
  ('replication-lag.warning', 1, 'Seconds that a standby may be behind'),
  ('replication-lag.critical', 5, 'Seconds that a standby may be behind'),
  ('slot-retains-wal.warning', 1073741824, 'Bytes of WAL that a replication slot may hold back'),
  ('slot-retains-wal.critical', 5368709120, 'Bytes of WAL that a replication slot may hold back'),
  ('slot-retains-wal.left', 0.2, 'Share of max_slot_wal_keep_size from which a replication slot is about to be lost'),
  ('dead-rows.warning', 0.2, 'Dead rows out of all rows of a table'),
  ('dead-rows.critical', 0.5, 'Dead rows out of all rows of a table'),
  ('dead-rows.rows', 10000, 'Dead rows that a table must have before their share counts'),
  ('autovacuum-off.changes', 10000, 'Changed rows from which a table without autovacuum counts'),
  ('wraparound.warning', 0.5, 'Age of the oldest transaction id out of what is possible'),
  ('wraparound.critical', 0.8, 'Age of the oldest transaction id out of what is possible'),
  ('stale-statistics.ratio', 0.2, 'Changed rows out of all from which planner statistics prove nothing'),
  ('sequences.warning', 0.75, 'How far a sequence or its column is used up'),
  ('sequences.critical', 0.9, 'How far a sequence or its column is used up'),
  ('drop-unused-index.days', 14, 'Days of statistics before an index counts as unused'),
  ('drop-unused-index.size', 1048576, 'Bytes from which an unused index counts'),
  ('bloat.warning', 0.5, 'Wasted space out of a table or index'),
  ('bloat.critical', 0.8, 'Wasted space out of a table or index'),
  ('bloat.size', 10485760, 'Wasted bytes from which a table or index counts'),
  ('slow-average-query.warning', 0.5, 'Mean seconds of all statements'),
  ('slow-average-query.critical', 1, 'Mean seconds of all statements'),
  ('many-slow-queries.statements', 10, 'Slow statements that there may be')
), gone AS (
  DELETE FROM pgtend.settings WHERE name NOT IN (SELECT name FROM defaults)
)
INSERT INTO pgtend.settings AS s (name, value, default_value, help)
SELECT name, default_value, default_value, help FROM defaults
ON CONFLICT (name) DO UPDATE SET
  value = CASE WHEN s.value IS NOT DISTINCT FROM s.default_value THEN excluded.default_value ELSE s.value END,
  default_value = excluded.default_value,
  help = excluded.help;

-- Too few rows for autovacuum ever to look at them.
ANALYZE pgtend.settings;
COMMENT ON TABLE pgtend.settings IS 'Thresholds of check_database_health(). UPDATE the value; an upgrade keeps it.';
