/** Seconds from a moment until now, never negative; NULL stays NULL. `now()` would be the start of the whole flight. */
export const secondsSince = (moment: string): string =>
  `case when ${moment} is not null then greatest(date_part('epoch', clock_timestamp() - ${moment}), 0) end`

/** A moment as seconds since 1970. Not `extract`, which computes in numeric and takes several times as long. */
export const epoch = (moment: string): string => `date_part('epoch', ${moment})`

/** Bytes of WAL from one position to another, never negative; NULL stays NULL, which `greatest` passes over. */
export const walBetween = (from: string, to: string): string => `(greatest(${from}, ${to}) - ${from})::float8`

/** The newest WAL position that this server knows: functions of a primary raise an error on a standby. */
export const walPosition = `case when pg_is_in_recovery()
    then greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) else pg_current_wal_lsn() end`

/** The oid of the database that we are connected to. */
export const thisDatabase = '(select oid from pg_database where datname = current_database())'

/** The encoding of the database that we are connected to: shared memory holds texts of others in theirs, unconverted. */
export const thisEncoding = 'select encoding from pg_database where datname = current_database()'

/**
 * Relations of this database that somebody has locked, or waits to lock, in AccessExclusive mode.
 * Functions that open a relation would wait behind it.
 */
export const locked = lockedIn('AccessExclusiveLock')

/** Relations of this database that somebody has locked, or waits to lock, in one of these modes. */
export function lockedIn(...modes: readonly string[]): string {
  const those = modes.map((mode) => `'${mode}'`).join(', ')
  return `select relation from pg_locks
  where locktype = 'relation' and mode in (${those}) and database = ${thisDatabase}`
}
