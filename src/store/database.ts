import { chmodSync, existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../core/errors.ts'
import { isBusy } from './failure.ts'
import { migrate } from './migrate.ts'

/** How long to wait for another process that is writing, ms. */
export const BUSY_TIMEOUT = 10_000

/**
 * Opens the history file, makes it when it isn't there, and brings its schema up to date.
 * WAL lets other processes read meanwhile; synchronous=FULL puts each commit on disk before it is acknowledged.
 */
export async function openDatabase(path: string): Promise<DatabaseSync> {
  mkdirSync(dirname(path), { recursive: true })
  const isNew = !existsSync(path)
  const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT, enableForeignKeyConstraints: false })
  try {
    // A company's statements and table names: only the owner may read them. The log files take over the mode.
    if (isNew) chmodSync(path, 0o600)
    await switchToWal(db)
    db.exec(`
      pragma synchronous = full;
      pragma cache_size = -8000;
      pragma temp_store = memory;
      pragma journal_size_limit = 67108864;
    `)
    migrate(db)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** Turning WAL on ignores the busy timeout, so that of ten processes that open a new store nine would fail. */
async function switchToWal(db: DatabaseSync): Promise<void> {
  const deadline = Date.now() + BUSY_TIMEOUT
  for (;;) {
    try {
      const { journal_mode: mode } = db.prepare('pragma journal_mode = wal').get() as { journal_mode: string }
      if (mode === 'wal') return
      throw new AppError('store-failed', 'this file system does not support SQLite’s write-ahead log')
    } catch (error) {
      if (!isBusy(error) || Date.now() > deadline) throw error
      await sleep(5 + Math.random() * 20)
    }
  }
}
