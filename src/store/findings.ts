import type { DatabaseSync } from 'node:sqlite'
import { isPassing, type Mendings, outcomeOf } from '../core/mending.ts'
import type { Finding } from '../core/rule.ts'
import type { FindingRecord } from '../core/store.ts'

type FindingsWriter = (
  target: number,
  at: number,
  findings: readonly Finding[],
  blind: ReadonlySet<string>,
) => void

/**
 * Keeps the life of findings: first and last seen, resolved when no longer found. One that comes back starts a
 * new record, which says what had fixed it before. Those of rules that could not be judged stay as they are: not seen is not gone.
 */
export function createFindingsWriter(db: DatabaseSync): FindingsWriter {
  const open = db.prepare('select id, key, rule from finding where target = ? and resolved_at is null')
  const add = db.prepare(
    `insert into finding (severity, title, value, unit, summary, evidence, last_seen,
       target, key, rule, subject, first_seen, returned_after)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const lastFix = db.prepare(
    'select fixed_by from finding where target = ? and key = ? and fixed_by is not null order by id desc limit 1',
  )
  const see = db.prepare(
    `update finding set severity = ?, title = ?, value = ?, unit = ?, summary = ?, evidence = ?,
       last_seen = max(last_seen, ?)
     where id = ?`,
  )
  const resolve = db.prepare('update finding set resolved_at = max(last_seen, ?) where id = ?')

  return (target, at, findings, blind) => {
    const rows = open.all(target) as { id: number; key: string; rule: string }[]
    const openIds = new Map(rows.map((row) => [row.key, row.id]))
    const seen = new Set<string>()
    for (const finding of findings) {
      // As SQLite will give it back: text is kept as UTF-8, which has no half surrogates.
      const key = finding.key.toWellFormed()
      const { severity, title, value, unit, summary, rule, subject } = finding
      const evidence = JSON.stringify(finding.evidence)
      const id = openIds.get(key)
      if (id !== undefined) see.run(severity, title, value, unit, summary, evidence, at, id)
      else {
        const values = [severity, title, value, unit, summary, evidence, at, target, key, rule, subject, at]
        const fix = isPassing(subject)
          ? undefined
          : (lastFix.get(target, key)?.fixed_by as string | undefined)
        const { lastInsertRowid } = add.run(...values, fix ?? null)
        openIds.set(key, Number(lastInsertRowid))
      }
      seen.add(key)
    }
    for (const row of rows) if (!seen.has(row.key) && !blind.has(row.rule)) resolve.run(at, row.id)
  }
}

/** Open findings, and those resolved since then: worst first, then newest first. */
export function readFindings(db: DatabaseSync, target: string, since: number): FindingRecord[] {
  const rows = db
    .prepare(
      `select f.* from finding f join target t on t.id = f.target
       where t.name = ? and (f.resolved_at is null or f.resolved_at >= ?)
       order by case f.severity when 'critical' then 0 when 'warning' then 1 else 2 end, f.first_seen desc, f.id desc`,
    )
    .all(target.toWellFormed(), since)
  return (rows as unknown as Row[]).map((row) => toRecord(target, row))
}

/** A row of the table `finding`. Times are epoch milliseconds, evidence and runs are JSON. */
interface Row {
  readonly key: string
  readonly rule: string
  readonly subject: string
  readonly severity: string
  readonly title: string
  readonly value: number
  readonly unit: string
  readonly summary: string
  readonly evidence: string
  readonly first_seen: number
  readonly last_seen: number
  readonly resolved_at: number | null
  readonly fixed_by: string | null
  readonly tried_by: string | null
  readonly returned_after: string | null
}

function mendingsOf(row: Row): Mendings {
  const read = <K extends keyof Mendings>(name: K, json: string | null): Mendings =>
    json === null ? {} : { [name]: JSON.parse(json) }
  return {
    ...read('fixedBy', row.fixed_by),
    ...read('triedBy', row.tried_by),
    ...read('returnedAfter', row.returned_after),
  }
}

function toRecord(target: string, row: Row): FindingRecord {
  const mendings = mendingsOf(row)
  const resolvedAt = row.resolved_at
  return { ...factsOf(target, row), resolvedAt, ...mendings, outcome: outcomeOf({ resolvedAt, ...mendings }) }
}

const factsOf = (target: string, row: Row) => ({
  target,
  key: row.key,
  rule: row.rule,
  title: row.title,
  subject: row.subject,
  severity: row.severity as Finding['severity'],
  value: row.value,
  unit: row.unit as Finding['unit'],
  summary: row.summary,
  evidence: JSON.parse(row.evidence),
  firstSeen: row.first_seen,
  lastSeen: row.last_seen,
})
