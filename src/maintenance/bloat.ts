import type { Query } from '../core/action.ts'
import { quoteIdentifier } from '../core/identifier.ts'

/** What was measured of one table or index. */
export interface Bloat {
  readonly schema: string
  readonly table: string
  /** Its own name where it is an index. */
  readonly index: string | null
  readonly size: number
  /** Share of the file that holds nothing alive, 0 to 1. For an index beyond the room that its fill factor leaves. */
  readonly bloat: number
}

/** Everything measured, and why the rest is unknown. */
export interface Bloats {
  readonly rows: readonly Bloat[]
  readonly unknown: readonly string[]
}

/** Runs a piece of reading in a transaction of its own. */
export type Read = <T>(work: (query: Query) => Promise<T>) => Promise<T>

/** Smaller ones are not worth the lock. */
const LEAST_BYTES = 8 * 1024 * 1024
/** Each is read, wholly or in part: the largest come first, the others another day. */
const MOST = 20

/** Where pgstattuple is, and whether this role may use it. */
const AVAILABLE = `
select n.nspname::text as schema, bool_and(has_function_privilege(p.oid, 'execute')) as allowed
from pg_extension e
join pg_namespace n on n.oid = e.extnamespace
join pg_proc p on p.pronamespace = n.oid and p.proname in ('pgstattuple_approx', 'pgstatindex')
where e.extname = 'pgstattuple' group by 1`

/** Not those that somebody has locked: a function that opens them would wait. */
const CANDIDATES = `
select c.oid, n.nspname::text as schema, t.relname::text as table,
  case when c.relkind = 'i' then c.relname::text end as index,
  coalesce((select option_value::float8 from pg_options_to_table(c.reloptions)
    where option_name = 'fillfactor'), case when c.relkind = 'i' then 90 else 100 end) as fillfactor
from pg_class c
left join pg_index i on i.indexrelid = c.oid
join pg_class t on t.oid = coalesce(i.indrelid, c.oid)
join pg_namespace n on n.oid = t.relnamespace
left join pg_am m on m.oid = c.relam
where c.oid >= 16384 and t.oid >= 16384 and c.relpersistence = 'p' and t.relkind = 'r'
  and c.relpages * current_setting('block_size')::float8 >= $1::float8
  and (c.relkind = 'r' or (c.relkind = 'i' and m.amname = 'btree' and i.indisvalid))
  and not exists (select from pg_locks l where l.relation = c.oid and l.mode = 'AccessExclusiveLock')
order by c.relpages desc limit ${MOST}`

/**
 * Measures the largest tables (pgstattuple_approx, which reads the pages that VACUUM would) and B-tree indexes
 * (pgstatindex, which reads all of one). Nothing is estimated from row counts: without the extension it is unknown.
 */
export async function measureBloat(read: Read, least = LEAST_BYTES): Promise<Bloats> {
  const [found] = await read((query) => query(AVAILABLE))
  const unknown = (why: string): Bloats => ({ rows: [], unknown: [why] })
  if (!found) return unknown('Bloat is not measured: CREATE EXTENSION pgstattuple makes it known.')
  if (found.allowed !== true)
    return unknown('Bloat is not measured: GRANT pg_stat_scan_tables to the role of pgtend makes it known.')
  const candidates = await read((query) => query(CANDIDATES, [least]))
  const result: { rows: Bloat[]; unknown: string[] } = { rows: [], unknown: [] }
  for (const c of candidates) {
    const name = { schema: String(c.schema), table: String(c.table), index: c.index as string | null }
    try {
      // One transaction each, so that one that takes too long costs only itself.
      const row = await read((query) => query(sqlFor(String(found.schema), c.index !== null), [c.oid]))
      const [measured] = row
      if (measured) {
        const share = Number(measured.filled) / Number(c.fillfactor)
        result.rows.push({
          ...name,
          size: Number(measured.size),
          bloat: Number.isFinite(share) ? Math.min(1, Math.max(0, 1 - share)) : 0,
        })
      }
    } catch (error) {
      const what = `${name.schema}.${name.index ?? name.table}`
      result.unknown.push(`The bloat of ${what} is not known: ${(error as Error).message}.`)
    }
  }
  return result
}

/** Size in bytes, and how many per cent of it are filled. */
const sqlFor = (schema: string, index: boolean): string =>
  index
    ? `select index_size::float8 as size, case when leaf_pages > 0 then avg_leaf_density::float8 end as filled
       from ${quoteIdentifier(schema)}.pgstatindex($1::oid::regclass)`
    : `select table_len::float8 as size, case when table_len > 0 then (100 - approx_free_percent - dead_tuple_percent)::float8 end as filled
       from ${quoteIdentifier(schema)}.pgstattuple_approx($1::oid::regclass)`
