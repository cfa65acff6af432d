import type { DatabaseSync } from 'node:sqlite'
import { type Attempt, ruleOf } from '../core/mending.ts'
import type { Batch } from '../core/store.ts'

/** Statistics of another session may arrive so late, in ms (PGSTAT_IDLE_INTERVAL is 10 s): until then "still there" proves nothing. */
const GRACE = 15_000
/** An attempt that nothing was ever heard of again: its rule is gone, or never applies. */
const FORGOTTEN = 30 * 86_400_000

/** Writes on the records what came of the runs that were to mend them, after a batch's findings were written. */
export type MendingsWriter = (target: number, batch: Batch) => void

export function createMendingsWriter(db: DatabaseSync): MendingsWriter {
  const waiting = db.prepare(
    `select id, value from entry where kind = 'attempt' and target = ? order by at, id`,
  )
  const forget = db.prepare(`delete from entry where kind = 'attempt' and id = ?`)
  const tried = db.prepare(
    `update finding set tried_by = ? where target = ? and key = ? and resolved_at is null and first_seen <= ?`,
  )
  const fixed = db.prepare(
    `update finding set fixed_by = ? where id = (select id from finding
       where target = ? and key = ? and first_seen <= ? and resolved_at >= ? order by id desc limit 1)`,
  )

  return (target, { target: name, findings, blind = [], judged = {}, at }) => {
    if (!findings) return
    const rows = waiting.all(name.toWellFormed()) as { id: string; value: string }[]
    if (rows.length === 0) return
    const open = new Set(findings.map((f) => f.key.toWellFormed()))
    for (const { id, value } of rows) {
      const { key: said, ...mending } = JSON.parse(value) as Attempt
      const key = said.toWellFormed()
      const rule = ruleOf(key)
      const since = blind.includes(rule) ? undefined : judged[rule]
      if (since === undefined || since < mending.at) {
        if (at - mending.at > FORGOTTEN) forget.run(id)
        continue
      }
      if (!open.has(key)) {
        if (mending.ok) fixed.run(JSON.stringify(mending), target, key, mending.at, mending.from)
      } else {
        if (mending.ok && since < mending.at + GRACE) continue
        tried.run(JSON.stringify(mending), target, key, mending.at)
      }
      forget.run(id)
    }
  }
}
