import { qualifiedName, quoteIdentifier } from '../core/identifier.ts'
import type { Gap } from '../optimizer/schema.ts'
import { openBulkSession } from '../postgres/bulk-session.ts'
import type { ConnectionSpec } from '../postgres/url.ts'
import { TEXT_SETTINGS } from './collect/session.ts'
import { parseArray, writeArray } from './parse-array.ts'
import type { IndexRow, Snapshot, StatisticRow } from './snapshot.ts'

export interface Ends {
  readonly snapshot: Snapshot
  readonly gaps: readonly Gap[]
}

const HISTOGRAM = 2
const CORRELATION = 3
/** In ms: two descents of an index take less than one. */
const TIMEOUT = '150'
/** A column that goes with the order of the rows this closely grows at its end. */
const MONOTONE = 0.98

/**
 * The planner looks up the real first and last values of a column in a b-tree (get_actual_variable_range), which the shadow
 * doesn't have. Here they take the place of the histogram's ends: asked of the watched database where `probe` says so, else
 * extrapolated, of columns that grow at their end, by what was written since ANALYZE.
 */
export async function withEnds(spec: ConnectionSpec, snapshot: Snapshot, probe: boolean): Promise<Ends> {
  const columns = leadingColumns(snapshot)
  if (!probe) return { snapshot: replaced(snapshot, extrapolated(snapshot, columns)), gaps: [] }
  const found = await probed(spec, snapshot, columns)
  return { snapshot: replaced(snapshot, found.ends), gaps: found.gaps }
}

type Values = ReadonlyMap<StatisticRow, readonly [string | undefined, string | undefined]>

/** Statistics of plain columns that lead a valid b-tree without a predicate, and that have a histogram. */
function leadingColumns(
  snapshot: Snapshot,
): readonly { readonly index: IndexRow; readonly of: StatisticRow }[] {
  const statistics = new Map(
    snapshot.statistics.filter((s) => !s.inherited).map((s) => [`${s.relation}.${s.number}`, s]),
  )
  const seen = new Set<StatisticRow>()
  return snapshot.indexes.flatMap((index) => {
    const [number] = index.columns
    const of = statistics.get(`${index.relation}.${number}`)
    const fits = index.kind === 'i' && index.method === 'btree' && index.valid && !index.hasPredicate
    if (!of || !fits || seen.has(of) || !of.slots.some((s) => s.kind === HISTOGRAM)) return []
    seen.add(of)
    return [{ index, of }]
  })
}

async function probed(
  spec: ConnectionSpec,
  snapshot: Snapshot,
  columns: ReturnType<typeof leadingColumns>,
): Promise<{ ends: Values; gaps: Gap[] }> {
  const session = await openBulkSession(spec, 'pgtend optimize')
  const ends = new Map<StatisticRow, [string | undefined, string | undefined]>()
  const gaps: Gap[] = []
  const settings = {
    ...TEXT_SETTINGS,
    ...{
      default_transaction_read_only: 'on',
      statement_timeout: TIMEOUT,
      lock_timeout: TIMEOUT,
      enable_seqscan: 'off',
    },
  }
  try {
    await session.query('SELECT set_config(key, value, false) FROM json_each_text($1)', [
      JSON.stringify(settings),
    ])
    for (const { index, of } of columns) {
      const table = snapshot.relations.find((r) => r.oid === index.relation)
      const column = snapshot.columns.find((c) => c.relation === of.relation && c.number === of.number)
      if (!table || !column || snapshot.locked.includes(table.oid)) continue
      const [name, from] = [quoteIdentifier(column.name), `ONLY ${qualifiedName(table.schema, table.name)}`]
      const end = (order: string) =>
        `(SELECT ${name} FROM ${from} WHERE ${name} IS NOT NULL ORDER BY ${name} ${order} LIMIT 1)::text`
      try {
        const [row] = await session.query(`SELECT ${end('ASC')} AS first, ${end('DESC')} AS last`)
        ends.set(of, [row?.first ?? undefined, row?.last ?? undefined])
      } catch (error) {
        const reason = `its first and last values could not be read: ${(error as Error).message}`
        gaps.push({ object: `${table.schema}.${table.name}.${column.name}`, reason })
      }
    }
  } finally {
    await session.end()
  }
  return { ends, gaps }
}

/** The last bound moved on by the share of rows that came since ANALYZE, of numbers and times that grow with the rows. Pure. */
export function extrapolated(snapshot: Snapshot, columns: ReturnType<typeof leadingColumns>): Values {
  const ends = new Map<StatisticRow, readonly [string | undefined, string | undefined]>()
  for (const { of } of columns) {
    const table = snapshot.relations.find((r) => r.oid === of.relation)
    const column = snapshot.columns.find((c) => c.relation === of.relation && c.number === of.number)
    const correlation = of.slots.find((s) => s.kind === CORRELATION)?.numbers?.[0] ?? 0
    if (!table || !column || table.tuples <= 0 || correlation < MONOTONE) continue
    const growth = Math.min(table.modified / table.tuples, 1)
    const bounds = parseArray(of.slots.find((s) => s.kind === HISTOGRAM)?.values ?? '{}')
    const [first, last] = [bounds[0], bounds.at(-1)]
    if (growth === 0 || first === undefined || last === undefined) continue
    const moved = movedOn(column.type, first, last, growth)
    if (moved !== undefined) ends.set(of, [undefined, moved])
  }
  return ends
}

function movedOn(type: string, first: string, last: string, growth: number): string | undefined {
  if (/^(smallint|integer|bigint)$/.test(type)) {
    const [a, b] = [BigInt(first), BigInt(last)]
    const moved = b + ((b - a) * BigInt(Math.round(growth * 1e6))) / 1_000_000n
    const most =
      type === 'smallint' ? 32_767n : type === 'integer' ? 2_147_483_647n : 9_223_372_036_854_775_807n
    return String(moved > most ? most : moved)
  }
  const zoned = type.endsWith('with time zone')
  if (!/^timestamp/.test(type)) return undefined
  const time = (text: string) => Date.parse(`${text.replace(' ', 'T').replace(/\+00$/, '')}Z`)
  const moved = time(last) + (time(last) - time(first)) * growth
  // Years that Date or PostgreSQL writes otherwise are left alone.
  if (!Number.isFinite(moved) || moved > Date.parse('9999-01-01')) return undefined
  return new Date(moved)
    .toISOString()
    .replace('T', ' ')
    .replace('Z', zoned ? '+00' : '')
}

/** The snapshot with other first and last histogram bounds. */
function replaced(snapshot: Snapshot, ends: Values): Snapshot {
  if (ends.size === 0) return snapshot
  const statistics = snapshot.statistics.map((s) => {
    const [first, last] = ends.get(s) ?? []
    if (first === undefined && last === undefined) return s
    const slots = s.slots.map((slot) => {
      if (slot.kind !== HISTOGRAM || slot.values === null) return slot
      const bounds = parseArray(slot.values)
      const moved = [first ?? bounds[0], ...bounds.slice(1, -1), last ?? bounds.at(-1)]
      return { ...slot, values: writeArray(moved.filter((b) => b !== undefined)) }
    })
    return { ...s, slots }
  })
  return { ...snapshot, statistics }
}
