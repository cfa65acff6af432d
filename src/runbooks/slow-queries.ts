import type { Query } from '../core/action.ts'
import { formatSeconds, plural, shorten } from '../core/format.ts'
import { redactLiterals } from '../core/redact.ts'
import { defineRunbook, type Move } from '../core/runbook.ts'
import {
  applicationOf,
  isClient,
  meant,
  type SeenSession,
  seeSessions,
  sessionRef,
  whySpared,
} from './_sessions.ts'

/** Milliseconds that a cancelled statement has before its session is ended. */
const PATIENCE = 5_000
const MOST_TABLES = 20

/** Started on purpose, and cut off it may leave work behind: not for a runbook to judge. */
const MAINTENANCE =
  /^\s*(?:vacuum|analyze|reindex|cluster|create\s+(?:unique\s+)?index|refresh|alter|copy|checkpoint|base_backup|pg_restore)\b/i

/** Tables that these sessions hold locks on: what their statements touch, without guessing at their texts. */
const TOUCHED = `
select distinct n.nspname::text as schema, c.relname::text as table
from pg_locks l
join pg_class c on c.oid = l.relation
join pg_namespace n on n.oid = c.relnamespace
where l.pid = any($1::int[]) and l.granted and l.locktype = 'relation' and c.oid >= 16384
  and l.database = (select oid from pg_database where datname = current_database())
  and c.relkind in ('r', 'm', 'p') and c.relpersistence = 'p'
order by 1, 2 limit ${MOST_TABLES}`

const isSlow = (s: SeenSession, active: number): boolean => (s.query_age ?? 0) > active

const whyLeft = (s: SeenSession): string | undefined =>
  whySpared(s) ?? (MAINTENANCE.test(s.query) ? 'it is maintenance that somebody started' : undefined)

export default defineRunbook({
  name: 'slow-queries',
  title: 'Statements run without end',
  doc: 'Cancels statements of this database that have been running for long, ends the session of one that does not stop within 5 s, and renews the statistics of the tables that they touch. Backups, maintenance, the platform’s own sessions and pgtend are left alone.',
  rules: ['long-transaction', 'slow-average-query', 'many-slow-queries', 'slow-query'],
  thresholds: { active: 300 },
  inWindow: false,
  async detect(query, { active }) {
    const slow = (await seeSessions(query))
      .filter((s) => isClient(s) && isSlow(s, active))
      .sort((a, b) => (b.query_age ?? 0) - (a.query_age ?? 0) || a.pid - b.pid)
    const hit = slow.filter((s) => whyLeft(s) === undefined)
    const tables = hit.length > 0 ? await touchedBy(query, hit) : []
    const limit = formatSeconds(active)
    const moves: Move[] = hit.map((s) => ({
      action: 'cancel-backend',
      input: meant(s),
      reason: `${applicationOf(s)} has been running this for ${formatSeconds(s.query_age ?? 0)}${waitingFor(s)}: ${shorten(redactLiterals(s.query), 120)}`,
      otherwise: { action: 'terminate-backend', input: meant(s), patience: PATIENCE },
    }))
    const renewed: Move[] = tables.map(({ schema, table }) => ({
      action: 'analyze',
      input: { schema, table },
      reason: 'a statement that was cancelled touches it',
    }))
    return {
      found: hit.length > 0,
      summary:
        hit.length > 0
          ? `${plural(hit.length, 'statement')} of this database ${hit.length === 1 ? 'has' : 'have'} been running for more than ${limit}.`
          : `No statement that may be cancelled has been running for more than ${limit}.`,
      measures: { running: hit.length, longest: hit[0]?.query_age ?? null, tables: tables.length },
      named: hit.flatMap((s) =>
        s.blocked_by.length > 0 ? [`${s.pid} only waits for ${blockersOf(s)}`] : [],
      ),
      moves: [...moves, ...renewed],
      spared: slow.filter((s) => !hit.includes(s)).map((s) => sessionRef(s, whyLeft(s) ?? '')),
    }
  },
  async verify(query, { active }, before) {
    const cancelled = new Set(before.moves.map((m) => `${m.input.pid} ${m.input.backend_start}`))
    const left = (await seeSessions(query)).filter(
      (s) => isSlow(s, active) && cancelled.has(`${s.pid} ${s.backend_start}`),
    )
    const after = { running: left.length }
    return left.length === 0
      ? { ok: true, detail: `${plural(before.measures.running ?? 0, 'statement')} ended`, after }
      : {
          ok: false,
          detail: `${plural(left.length, 'statement')} still running: ${left.map((s) => s.pid).join(', ')}`,
          after,
        }
  },
})

/** PostgreSQL gives 0 for a prepared transaction, once for each. */
const blockersOf = (s: SeenSession): string =>
  [...new Set(s.blocked_by)].map((pid) => (pid === 0 ? 'a prepared transaction' : pid)).join(', ')

const waitingFor = (s: SeenSession): string =>
  s.blocked_by.length > 0 ? ` (it waits for a lock of ${blockersOf(s)})` : ''

async function touchedBy(
  query: Query,
  sessions: readonly SeenSession[],
): Promise<readonly { schema: string; table: string }[]> {
  const rows = await query(TOUCHED, [sessions.map((s) => s.pid)])
  return rows.map((r) => ({ schema: String(r.schema), table: String(r.table) }))
}
