import type { DatabaseSync } from 'node:sqlite'

/** Runs the work in one transaction; `immediate` takes the write lock at once, `deferred` reads one snapshot. */
export function transaction<T>(db: DatabaseSync, mode: 'immediate' | 'deferred', work: () => T): T {
  db.exec(`begin ${mode}`)
  try {
    const result = work()
    db.exec('commit')
    return result
  } catch (error) {
    // SQLite has rolled back by itself after some errors, a full disk among them.
    if (db.isTransaction) db.exec('rollback')
    throw error
  }
}
