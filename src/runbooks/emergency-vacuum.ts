import type { Query } from '../core/action.ts'
import { formatCount, formatRatio, plural } from '../core/format.ts'
import { defineRunbook } from '../core/runbook.ts'

interface Candidate {
  readonly schema: string
  readonly table: string
  readonly live: number
  readonly dead: number
  readonly xid_age: number
}

/** The statistics of all tables; a table's age in transactions is its own or its TOAST table's. */
const TABLES = `
select n.nspname::text as schema, c.relname::text as table,
  pg_stat_get_live_tuples(c.oid)::float8 as live, pg_stat_get_dead_tuples(c.oid)::float8 as dead,
  greatest(age(c.relfrozenxid), coalesce((select age(t.relfrozenxid) from pg_class t where t.oid = c.reltoastrelid), 0))::float8 as xid_age
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.oid >= 16384 and c.relkind in ('r', 'm') and c.relpersistence <> 't' and c.relfrozenxid <> '0'`

const ratioOf = ({ live, dead }: Candidate): number => (dead === 0 ? 0 : dead / (live + dead))

async function candidates(query: Query): Promise<readonly Candidate[]> {
  return (await query(TABLES)) as unknown as readonly Candidate[]
}

/** Whether a table is called this: `schema.table`, or `table` in any schema. */
const isCalled = (name: string, t: Candidate): boolean =>
  name === `${t.schema}.${t.table}` || name === t.table

export default defineRunbook({
  name: 'emergency-vacuum',
  title: 'Critical tables need VACUUM now',
  doc: 'VACUUM (ANALYZE) on the critical tables (limits.criticalTables) that hold many dead rows, and on any table that is near transaction id wraparound or mostly dead. The worst first; inside the maintenance window unless forced. Reads and writes go on meanwhile.',
  rules: ['dead-rows', 'wraparound'],
  thresholds: { critical_ratio: 0.2, any_ratio: 0.5, rows: 10_000, xid_age: 1_000_000_000 },
  inWindow: true,
  async detect(query, { critical_ratio, any_ratio, rows, xid_age }, { limits }) {
    const all = await candidates(query)
    const { criticalTables } = limits
    const isCritical = (t: Candidate) => criticalTables.some((name) => isCalled(name, t))
    const missing = criticalTables.filter((name) => !all.some((t) => isCalled(name, t)))
    const wanted = all
      .filter(
        (t) =>
          t.xid_age >= xid_age ||
          (t.dead >= rows && ratioOf(t) > (isCritical(t) ? critical_ratio : any_ratio)),
      )
      .sort(
        (a, b) =>
          Number(b.xid_age >= xid_age) - Number(a.xid_age >= xid_age) ||
          Number(isCritical(b)) - Number(isCritical(a)) ||
          b.dead - a.dead,
      )
    return {
      found: wanted.length > 0,
      summary:
        wanted.length > 0
          ? `${plural(wanted.length, 'table')} ${wanted.length === 1 ? 'needs' : 'need'} VACUUM now.`
          : 'No critical table holds many dead rows, and none is near wraparound.',
      measures: { tables: wanted.length, dead_rows: wanted.reduce((sum, t) => sum + t.dead, 0) },
      named: missing.map((name) => `there is no table "${name}" here (limits.criticalTables)`),
      moves: wanted.map((t) => ({
        action: 'vacuum',
        input: { schema: t.schema, table: t.table, ...(t.xid_age >= xid_age ? { freeze: true } : {}) },
        reason:
          t.xid_age >= xid_age
            ? `its oldest row is ${formatCount(t.xid_age)} transactions old`
            : `${formatRatio(ratioOf(t))} of its rows are dead (${formatCount(t.dead)})${isCritical(t) ? ', and it is critical' : ''}`,
      })),
      spared: [],
    }
  },
  async verify(query, thresholds, before, context) {
    const now = await this.detect(query, thresholds, context)
    const after = { ...now.measures }
    const detail = `${formatCount(before.measures.dead_rows ?? 0)} → ${formatCount(now.measures.dead_rows ?? 0)} dead rows in tables that need it`
    const left = now.moves.map((m) => `${m.input.schema}.${m.input.table}`)
    return now.found
      ? {
          ok: false,
          detail: `${detail}; left: ${left.join(', ')}. An old transaction may hold them back`,
          after,
        }
      : { ok: true, detail, after }
  },
})
