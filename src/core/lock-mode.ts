/**
 * Which modes of a lock shut each other out, from PostgreSQL's manual, "Conflicting Lock Modes" (lock.c, LockConflicts). The columns are in
 * the order of the rows.
 */
const CONFLICTS: Readonly<Record<string, string>> = {
  AccessShareLock: '.......x',
  RowShareLock: '......xx',
  RowExclusiveLock: '....xxxx',
  ShareUpdateExclusiveLock: '...xxxxx',
  ShareLock: '..xx.xxx',
  ShareRowExclusiveLock: '..xxxxxx',
  ExclusiveLock: '.xxxxxxx',
  AccessExclusiveLock: 'xxxxxxxx',
}
const MODES = Object.keys(CONFLICTS)

/** Whether who holds a lock in this mode keeps another from it in that one. A predicate lock (SIReadLock) keeps nobody. */
export const conflicts = (held: string, wanted: string): boolean =>
  CONFLICTS[held]?.[MODES.indexOf(wanted)] === 'x'
