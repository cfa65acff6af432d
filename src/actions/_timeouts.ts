/** Milliseconds. Work that takes as long as the table is large, and blocks nobody for that long. */
export const LONG = 12 * 3_600_000
/** Work that blocks others: ended before people notice too much. */
export const BLOCKING = 30 * 60_000
/** What takes an instant. */
export const SHORT = 30_000

/**
 * Waiting for a lock. ShareUpdateExclusiveLock holds up no read and no write, neither while one waits for it nor after:
 * there is time. CONCURRENTLY also waits for transactions by locks.
 */
export const PATIENT = 10 * 60_000
/** Whoever waits for AccessExclusiveLock keeps everybody after it waiting: give up quickly. */
export const IMPATIENT = 2_000
