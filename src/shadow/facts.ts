import { quoteIdentifier } from '../core/identifier.ts'
import { isPlatformSchema } from '../core/managed.ts'
import type {
  ColumnFacts,
  ForeignKeyFacts,
  Gap,
  IndexFacts,
  SchemaFacts,
  TableFacts,
} from '../optimizer/schema.ts'
import { blocksOf } from './build/sizes.ts'
import { parseArray } from './parse-array.ts'
import type { ColumnRow, IndexRow, RelationRow, Snapshot, StatisticRow } from './snapshot.ts'

const KINDS = { r: 'table', p: 'partitioned table', m: 'materialized view', f: 'foreign table' } as const

/** The optimizer's facts from what was read. Pure. */
export function schemaFacts(snapshot: Snapshot, gaps: readonly Gap[]): SchemaFacts {
  const columns = Map.groupBy(snapshot.columns, (c) => c.relation)
  const indexes = Map.groupBy(snapshot.indexes, (i) => i.relation)
  const statistics = new Map<string, StatisticRow>()
  // Of a parent table: with its children, which is what a query of it reads.
  for (const s of snapshot.statistics) {
    const key = `${s.relation}.${s.number}`
    if (s.inherited || !statistics.has(key)) statistics.set(key, s)
  }
  const lookup: Lookup = { snapshot, columns, indexes, statistics }
  const tables = snapshot.relations.flatMap((r) => (r.kind === 'v' ? [] : [tableFacts(r, lookup)]))
  return { tables, gaps: [...gaps, ...statisticsGaps(snapshot, tables), ...managedGaps(tables)] }
}

interface Lookup {
  readonly snapshot: Snapshot
  readonly columns: ReadonlyMap<number, readonly ColumnRow[]>
  readonly indexes: ReadonlyMap<number, readonly IndexRow[]>
  readonly statistics: ReadonlyMap<string, StatisticRow>
}

function tableFacts(r: RelationRow, lookup: Lookup): TableFacts {
  const { snapshot, statistics } = lookup
  const columns = lookup.columns.get(r.oid) ?? []
  const seen = columns.filter((c) => statistics.has(`${r.oid}.${c.number}`)).length
  const pages = blocksOf(r)
  const parent = snapshot.inheritance.find((i) => i.child === r.oid)?.parent
  const parted = snapshot.relations.some((p) => p.oid === parent && p.kind === 'p')
  return {
    ...{ oid: r.oid, schema: r.schema, name: r.name, kind: KINDS[r.kind as keyof typeof KINDS] },
    ...(parent !== undefined && parted && { partitionOf: parent }),
    rows: r.tuples < 0 ? null : r.pages > 0 ? Math.round((r.tuples / r.pages) * pages) : r.tuples,
    pages,
    allVisible: r.pages > 0 ? Math.min(r.allVisible / r.pages, 1) : 0,
    columns: columns.map((c) => columnFacts(c, statistics.get(`${r.oid}.${c.number}`))),
    indexes: (lookup.indexes.get(r.oid) ?? []).map((i) => indexFacts(i, columns, lookup.snapshot)),
    foreignKeys: foreignKeys(r, lookup),
    coverage: columns.length === 0 || (pages === 0 && r.kind === 'r') ? 1 : seen / columns.length,
    modifiedSinceAnalyze: r.modified,
    rowSecurity: r.rowSecurity,
    ...(isPlatformSchema(r.schema, snapshot.platform) && { managed: true }),
  }
}

function columnFacts(c: ColumnRow, s: StatisticRow | undefined): ColumnFacts {
  const slot = (kind: number) => s?.slots.find((x) => x.kind === kind)
  const pair = (kind: number) => {
    const { values, numbers } = slot(kind) ?? {}
    if (values == null || numbers == null) return undefined
    const parsed = parseArray(values)
    return { values: parsed, frequencies: numbers.slice(0, parsed.length) }
  }
  const [common, elements, histogram] = [pair(1), pair(4), slot(2)?.values]
  const correlation = slot(3)?.numbers?.[0]
  return {
    ...{ name: c.name, number: c.number, type: c.type, category: c.category, notNull: c.notNull },
    generated: c.generated !== '',
    ...(s && { nDistinct: s.distinct, nullFraction: s.nullFraction, avgWidth: s.width }),
    ...(common && { mostCommon: common }),
    ...(histogram != null && { histogram: parseArray(histogram) }),
    ...(correlation !== undefined && { correlation }),
    ...(elements && { mostCommonElements: elements }),
  }
}

function indexFacts(
  i: IndexRow,
  columns: readonly ColumnRow[],
  { constraints, inheritance }: Snapshot,
): IndexFacts {
  const constraint = constraints.find((c) => c.index === i.oid && 'pux'.includes(c.kind))?.name
  const partOf = inheritance.find((x) => x.child === i.oid)?.parent
  const name = (n: number | undefined) => columns.find((c) => c.number === n)?.name
  const keys = i.columns.slice(0, i.keyCount).map((n, at) => {
    const [column, option, opclass] = [name(n), i.options[at] ?? 0, i.opclasses[at]]
    const expression = i.keys?.[at]
    return {
      ...(column !== undefined ? { column } : { expression: expression ?? '' }),
      ...(opclass != null && { opclass }),
      // src/include/catalog/pg_index.h: 1 DESC, 2 NULLS FIRST.
      descending: (option & 1) !== 0,
      nullsFirst: (option & 2) !== 0,
    }
  })
  return {
    ...{ oid: i.oid, schema: i.schema, name: i.name, method: i.method, keys },
    include: i.columns.slice(i.keyCount).map((n) => name(n) ?? ''),
    ...(i.predicate !== null && { predicate: i.predicate }),
    ...{ unique: i.unique, primary: i.primary, valid: i.valid, replicaIdentity: i.replicaIdentity },
    ...(constraint !== undefined && { constraint }),
    referenced: constraints.some((c) => c.kind === 'f' && c.index === i.oid),
    ...(partOf !== undefined && { partOf }),
    bytes: i.bytes ?? Math.max(i.pages, 0) * 8192,
    definition: i.definition ?? '',
  }
}

function foreignKeys(r: RelationRow, { snapshot, columns }: Lookup): ForeignKeyFacts[] {
  const names = (relation: number, numbers: readonly number[] | null) =>
    (numbers ?? []).map((n) => columns.get(relation)?.find((c) => c.number === n)?.name ?? '')
  return snapshot.constraints.flatMap((c) => {
    const to = snapshot.relations.find((x) => x.oid === c.referenced)
    if (c.kind !== 'f' || c.relation !== r.oid || !to) return []
    const references = { schema: to.schema, table: to.name, columns: names(to.oid, c.referencedColumns) }
    return [{ name: c.name, columns: names(r.oid, c.columns), references }]
  })
}

/** Tables without statistics, and which GRANT would show them. */
function statisticsGaps(
  { statisticsAccess, database, locked, relations, extendedStatistics }: Snapshot,
  tables: readonly TableFacts[],
): Gap[] {
  const grant = `GRANT pg_read_all_data TO ${quoteIdentifier(database.user)}`
  const missing = tables.filter((t) => t.coverage < 1 && t.kind !== 'foreign table')
  const blind = missing.map((t): Gap => {
    const object = `${t.schema}.${t.name}`
    const share = `statistics of ${Math.round(t.coverage * t.columns.length)} of ${t.columns.length} columns`
    return statisticsAccess === 'visible'
      ? { object, reason: `${share} may be read`, remedy: grant }
      : { object, reason: `${share} exist`, remedy: `ANALYZE ${object}` }
  })
  const held = relations
    .filter((r) => locked.includes(r.oid))
    .map((r): Gap => {
      const reason =
        'another session held an exclusive lock: sizes are from the last VACUUM, expressions are unknown'
      return { object: `${r.schema}.${r.name}`, reason, remedy: 'try again when it has ended' }
    })
  const extended = extendedStatistics.flatMap((s): Gap[] => {
    const object = `${s.schema}.${s.name}`
    if (s.data.length === 0 && statisticsAccess === 'visible')
      return [{ object, reason: 'what it knows may not be read', remedy: grant }]
    // Its bytes hold oids of types, which are other ones here.
    if (!s.portable && s.data.some((d) => d.mcv !== null))
      return [
        { object, reason: 'its most common values are of types that are not built in, and were left out' },
      ]
    return []
  })
  return [...blind, ...held, ...extended]
}

const managedGaps = (tables: readonly TableFacts[]): Gap[] =>
  tables
    .filter((t) => t.managed)
    .map((t) => ({
      object: `${t.schema}.${t.name}`,
      reason: 'it belongs to the platform: no index is advised or dropped there',
    }))
