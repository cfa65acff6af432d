import type { Query } from '../core/action.ts'
import type { Bloat, Bloats } from '../core/bloat.ts'
import { formatBytes } from '../core/format.ts'
import { quoteIdentifier } from '../core/identifier.ts'

/** Runs a piece of reading in a transaction of its own. */
export type Read = <T>(work: (query: Query) => Promise<T>) => Promise<T>

export interface MeasureOptions {
  /** Tables and indexes by name, with or without schema; a table brings its B-trees along. Default: the largest of all. */
  readonly names?: readonly string[]
  /** Bytes: where none is named, smaller ones are not worth the lock. Default 8 MiB. */
  readonly least?: number
  /** Where none is named, how many. Each is read, wholly or in part: the largest come first. Default 20. */
  readonly most?: number
  /** Bytes: larger ones are not read. Default no limit. */
  readonly cap?: number
  /** Milliseconds that reading one may take. Default 15,000. */
  readonly timeout?: number
}

const LEAST_BYTES = 8 * 1024 * 1024
const MOST = 20
const TIMEOUT = 15_000

/** Where pgstattuple is, and whether this role may use it. */
const AVAILABLE = `
select n.nspname::text as schema, bool_and(has_function_privilege(p.oid, 'execute')) as allowed
from pg_extension e
join pg_namespace n on n.oid = e.extnamespace
join pg_proc p on p.pronamespace = n.oid and p.proname in ('pgstattuple_approx', 'pgstatindex')
where e.extname = 'pgstattuple' group by 1`

/** Not those that somebody has locked, nor temporary ones of other sessions: a function that opens them would wait or fail. */
const CANDIDATES = `
select c.oid, n.nspname::text as schema, t.relname::text as table,
  case when c.relkind = 'i' then c.relname::text end as index,
  c.relpages * current_setting('block_size')::float8 as size,
  coalesce((select option_value::float8 from pg_options_to_table(c.reloptions)
    where option_name = 'fillfactor'), case when c.relkind = 'i' then 90 else 100 end) as fillfactor
from pg_class c
left join pg_index i on i.indexrelid = c.oid
join pg_class t on t.oid = coalesce(i.indrelid, c.oid)
join pg_namespace n on n.oid = t.relnamespace
left join pg_am m on m.oid = c.relam
where c.oid >= 16384 and t.oid >= 16384 and c.relpersistence <> 't' and t.relkind in ('r', 'm')
  and (c.relkind in ('r', 'm') or (c.relkind = 'i' and m.amname = 'btree' and i.indisvalid))
  and not exists (select from pg_locks l where l.relation = c.oid and l.mode = 'AccessExclusiveLock')`

const LARGEST = `${CANDIDATES}
  and c.relpages * current_setting('block_size')::float8 >= $1::float8
order by c.relpages desc limit $2::bigint`

const NAMED = `${CANDIDATES}
  and (c.relname = any($1::text[]) or t.relname = any($1::text[])
    or n.nspname || '.' || c.relname = any($1::text[]) or n.nspname || '.' || t.relname = any($1::text[]))
order by n.nspname, t.relname, c.relkind = 'i', c.relname`

/**
 * Measures tables (pgstattuple_approx, which reads the pages that VACUUM would) and B-tree indexes (pgstatindex, which reads
 * all of one). Nothing is estimated from row counts: without the extension it is unknown.
 */
export async function measureBloat(read: Read, options: MeasureOptions = {}): Promise<Bloats> {
  const {
    names,
    least = LEAST_BYTES,
    most = MOST,
    cap = Number.POSITIVE_INFINITY,
    timeout = TIMEOUT,
  } = options
  const [found] = await read((query) => query(AVAILABLE))
  const nothing = (why: string): Bloats => ({ rows: [], unknown: [why] })
  if (!found) return nothing('Bloat is not measured: CREATE EXTENSION pgstattuple makes it known.')
  if (found.allowed !== true)
    return nothing('Bloat is not measured: GRANT pg_stat_scan_tables to the role of pgtend makes it known.')
  const candidates = await read((query) => (names ? query(NAMED, [names]) : query(LARGEST, [least, most])))
  const rows: Bloat[] = []
  const unknown = absent(names ?? [], candidates)
  for (const c of candidates) {
    const name = { schema: String(c.schema), table: String(c.table), index: c.index as string | null }
    const what = `${name.schema}.${name.index ?? name.table}`
    if (Number(c.size) > cap) {
      unknown.push(
        `${what} was not read: its ${formatBytes(Number(c.size))} are more than ${formatBytes(cap)}.`,
      )
      continue
    }
    try {
      // One transaction each, so that one that takes too long costs only itself.
      const [measured] = await read(async (query) => {
        await query(`SELECT set_config('statement_timeout', $1, true)`, [`${Math.ceil(timeout)}`])
        return query(sqlFor(String(found.schema), c.index !== null), [c.oid, c.fillfactor])
      })
      if (!measured) continue
      const share = measured.filled === null ? 1 : Number(measured.filled)
      rows.push({ ...name, size: Number(measured.size), bloat: Math.min(1, Math.max(0, 1 - share)) })
    } catch (error) {
      unknown.push(`The bloat of ${what} is not known: ${(error as Error).message}.`)
    }
  }
  return { rows, unknown }
}

/** The names that nothing was found for. */
function absent(names: readonly string[], found: readonly Readonly<Record<string, unknown>>[]): string[] {
  const known = new Set(
    found.flatMap(({ schema, table, index }) => {
      const both = index === null ? [table] : [table, index]
      return both.flatMap((name) => [`${name}`, `${schema}.${name}`])
    }),
  )
  return names
    .filter((name) => !known.has(name))
    .map(
      (name) =>
        `There is no table or B-tree ${name} that can be measured; of a partitioned table, name the partitions.`,
    )
}

/**
 * Size in bytes, and the share of it that is needed. A leaf page is full at the fill factor; pages that VACUUM has emptied
 * are no leaves any more and count as free.
 */
const sqlFor = (schema: string, index: boolean): string =>
  index
    ? `select index_size::float8 as size, case when leaf_pages > 0 then (leaf_pages
         * least(1, avg_leaf_density / $2::float8) + internal_pages + 1) * current_setting('block_size')::float8 / index_size end as filled
       from ${quoteIdentifier(schema)}.pgstatindex($1::oid::regclass)`
    : `select table_len::float8 as size, case when table_len > 0
         then (100 - approx_free_percent - dead_tuple_percent)::float8 / $2::float8 end as filled
       from ${quoteIdentifier(schema)}.pgstattuple_approx($1::oid::regclass)`
