import { qualifiedName, quoteIdentifier } from '../../core/identifier.ts'
import type { ConstraintRow, IndexRow, RelationRow, Snapshot } from '../snapshot.ts'
import type { Statement } from './apply.ts'
import { nameOf } from './table-ddl.ts'

/** CHECK constraints: before partitions are attached, which must have their parent's. */
export const checkDdl = (snapshot: Snapshot): Statement[] =>
  onRelations(snapshot, (c, r) =>
    c.kind === 'c' && c.definition !== null
      ? [`ALTER TABLE ONLY ${nameOf(r)} ADD CONSTRAINT ${quoteIdentifier(c.name)} ${c.definition}`]
      : [],
  )

/** Indexes, those of constraints through the constraint, then the attachment of partitions' indexes, which keeps their names. */
export function indexDdl(snapshot: Snapshot): Statement[] {
  const byOid = new Map(snapshot.relations.map((r) => [r.oid, r]))
  const indexes = new Map(snapshot.indexes.map((i) => [i.oid, i]))
  const owners = new Map(
    snapshot.constraints.filter((c) => 'pux'.includes(c.kind) && c.index !== 0).map((c) => [c.index, c]),
  )
  const made = snapshot.indexes.flatMap((index) => {
    const on = byOid.get(index.relation)
    if (!on) return []
    const sql = definitionOf(index, on, owners.get(index.oid), snapshot)
    return sql === undefined ? [] : [{ sql, object: `${index.schema}.${index.name}` }]
  })
  const attached = snapshot.inheritance.flatMap(({ child, parent }) => {
    const [part, whole] = [indexes.get(child), indexes.get(parent)]
    if (!part || !whole) return []
    return [
      {
        sql: `ALTER INDEX ${nameOf(whole)} ATTACH PARTITION ${nameOf(part)}`,
        object: `${part.schema}.${part.name}`,
      },
    ]
  })
  return [...made, ...attached]
}

function definitionOf(
  index: IndexRow,
  on: RelationRow,
  constraint: ConstraintRow | undefined,
  snapshot: Snapshot,
): string | undefined {
  // An invalid index serves no plan; one of a partitioned table is invalid while a part is missing.
  if (!index.valid && index.kind === 'i') return undefined
  if (constraint?.definition)
    return `ALTER TABLE ONLY ${nameOf(on)} ADD CONSTRAINT ${quoteIdentifier(constraint.name)} ${constraint.definition}`
  return index.definition ?? plainDefinition(index, on, snapshot)
}

/** Of a locked table's index, whose definition can't be asked for: as long as it has columns only. */
function plainDefinition(index: IndexRow, on: RelationRow, snapshot: Snapshot): string | undefined {
  if (index.hasPredicate || index.columns.includes(0)) return undefined
  const names = index.columns.map(
    (n) => snapshot.columns.find((c) => c.relation === index.relation && c.number === n)?.name,
  )
  if (names.includes(undefined)) return undefined
  const keys = names.slice(0, index.keyCount).map((name, i) => {
    const option = index.options[i] ?? 0
    // src/include/catalog/pg_index.h: 1 DESC, 2 NULLS FIRST.
    return [
      quoteIdentifier(name as string),
      index.opclasses[i] ?? '',
      ...(index.method === 'btree'
        ? [option & 1 ? 'DESC' : 'ASC', option & 2 ? 'NULLS FIRST' : 'NULLS LAST']
        : []),
    ].join(' ')
  })
  const include = names.slice(index.keyCount).map((name) => quoteIdentifier(name as string))
  return [
    `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${quoteIdentifier(index.name)} ON ${index.kind === 'I' ? 'ONLY ' : ''}${nameOf(on)}`,
    `USING ${quoteIdentifier(index.method)} (${keys.join(', ')})`,
    include.length > 0 ? `INCLUDE (${include.join(', ')})` : '',
  ].join(' ')
}

/**
 * Foreign keys, not validated: validating plans a query, and a plan keeps what an index looked like before it had its size.
 * Before 18 those of partitioned tables can't be NOT VALID; the indexes that their check has looked at are made anew.
 */
export function foreignKeyDdl(snapshot: Snapshot): Statement[] {
  const byOid = new Map(snapshot.relations.map((r) => [r.oid, r]))
  const major = Math.floor(snapshot.database.version / 10_000)
  const stale = new Set<number>()
  const keys = onRelations(snapshot, (c, r) => {
    const to = byOid.get(c.referenced)
    if (c.kind !== 'f' || c.parent !== 0 || c.definition === null || !to) return []
    const parted = r.kind === 'p' && major < 18
    if (parted) for (const oid of [...partsOf(snapshot, r.oid), ...partsOf(snapshot, to.oid)]) stale.add(oid)
    const later = parted || c.definition.endsWith('NOT VALID') ? '' : ' NOT VALID'
    const definition = parted ? c.definition.replace(/ NOT VALID$/, '') : c.definition
    return [`ALTER TABLE ${nameOf(r)} ADD CONSTRAINT ${quoteIdentifier(c.name)} ${definition}${later}`]
  })
  const again = snapshot.indexes
    .filter((i) => i.kind === 'i' && i.valid && stale.has(i.relation))
    .map((i) => ({
      sql: `REINDEX INDEX ${qualifiedName(i.schema, i.name)}`,
      object: `${i.schema}.${i.name}`,
    }))
  return [...keys, ...again]
}

/** A table and all its partitions. */
function partsOf(snapshot: Snapshot, oid: number): number[] {
  const below = snapshot.inheritance.filter((i) => i.parent === oid).map((i) => i.child)
  return [oid, ...below.flatMap((child) => partsOf(snapshot, child))]
}

function onRelations(
  snapshot: Snapshot,
  make: (c: ConstraintRow, r: RelationRow) => readonly string[],
): Statement[] {
  const byOid = new Map(snapshot.relations.map((r) => [r.oid, r]))
  return snapshot.constraints.flatMap((c) => {
    const r = byOid.get(c.relation)
    return r ? make(c, r).map((sql) => ({ sql, object: `${r.schema}.${r.name}.${c.name}` })) : []
  })
}
