import type { DatabaseSync } from 'node:sqlite'
import type { Change, Entry, EntryKind } from '../core/ledger.ts'
import { transaction } from './transaction.ts'

export interface ListFilter {
  readonly target?: string
  readonly since?: number
  readonly limit?: number
}

interface Row {
  readonly kind: EntryKind
  readonly id: string
  readonly target: string
  readonly at: number
  readonly version: number
  readonly value: string
}

class Conflict extends Error {}

/** Reads and writes of the ledger's entries. */
export function createLedger(db: DatabaseSync) {
  const add = db.prepare('insert into entry (kind, id, target, at, version, value) values (?, ?, ?, ?, 1, ?)')
  const change = db.prepare(
    'update entry set target = ?, at = ?, value = ?, version = version + 1 where kind = ? and id = ? and version = ?',
  )
  const remove = db.prepare('delete from entry where kind = ? and id = ? and version = ?')
  const one = db.prepare('select kind, id, target, at, version, value from entry where kind = ? and id = ?')

  const apply = ({ kind, id, target, at, version, value }: Change): void => {
    const time = Math.floor(at)
    if (version === 0) {
      if (value === null) throw new Error(`${kind} ${id}: nothing to remove`)
      if (one.get(kind, id)) throw new Conflict()
      add.run(kind, id, target, time, JSON.stringify(value))
      return
    }
    const { changes } =
      value === null
        ? remove.run(kind, id, version)
        : change.run(target, time, JSON.stringify(value), kind, id, version)
    if (Number(changes) !== 1) throw new Conflict()
  }

  return {
    write(changes: readonly Change[]): boolean {
      try {
        transaction(db, 'immediate', () => changes.forEach(apply))
        return true
      } catch (error) {
        if (error instanceof Conflict) return false
        throw error
      }
    },
    get(kind: EntryKind, id: string): Entry | undefined {
      const row = one.get(kind, id) as Row | undefined
      return row && entryOf(row)
    },
    list(kind: EntryKind, { target, since = 0, limit = 1000 }: ListFilter): Entry[] {
      const rows =
        target === undefined
          ? db
              .prepare('select * from entry where kind = ? and at >= ? order by at desc, id desc limit ?')
              .all(kind, since, limit)
          : db
              .prepare(
                'select * from entry where kind = ? and target = ? and at >= ? order by at desc, id desc limit ?',
              )
              .all(kind, target, since, limit)
      return (rows as unknown as Row[]).map(entryOf)
    },
  }
}

const entryOf = (row: Row): Entry => ({ ...row, value: JSON.parse(row.value) as unknown })
