import type { DatabaseSync } from 'node:sqlite'
import { AppError } from '../core/errors.ts'
import type { Migration } from './migration.ts'
import { history } from './migrations/001-history.ts'
import { ledger } from './migrations/002-ledger.ts'
import { broadRollups } from './migrations/003-broad-rollups.ts'
import { mendings } from './migrations/004-mendings.ts'
import { transaction } from './transaction.ts'

export const MIGRATIONS: readonly Migration[] = [history, ledger, broadRollups, mendings]

/** Marks the file as ours ("pgtn"), so that another program's database is never written to. */
const APPLICATION_ID = 0x7067746e

const pragmaOf = (db: DatabaseSync, pragma: string): number =>
  Number(Object.values(db.prepare(`pragma ${pragma}`).get() ?? {})[0])

/** Brings the schema up to date. Safe when several processes do it at once: each step looks again under the lock. */
export function migrate(db: DatabaseSync, migrations: readonly Migration[] = MIGRATIONS): void {
  refuseForeign(db)
  const newest = migrations.length
  for (;;) {
    const version = pragmaOf(db, 'user_version')
    if (version > newest) {
      throw new AppError('store-newer', `its schema has version ${version}, this pgtend knows ${newest}`)
    }
    if (version === newest) return
    transaction(db, 'immediate', () => {
      const next = migrations[pragmaOf(db, 'user_version')]
      if (!next) return
      db.exec(next.sql)
      db.exec(`pragma application_id = ${APPLICATION_ID}; pragma user_version = ${next.version}`)
    })
  }
}

function refuseForeign(db: DatabaseSync): void {
  transaction(db, 'deferred', () => {
    const owner = pragmaOf(db, 'application_id')
    if (owner === APPLICATION_ID) return
    const table = db.prepare('select name from sqlite_schema limit 1').get()
    if (owner !== 0 || table) {
      throw new AppError('store-failed', 'the file is a database of another program')
    }
  })
}
