/** How a statement gets at each of its tables: what an index could help with. */
import { quoteIdentifier } from '../core/identifier.ts'
import { expressionSql, isFixed } from './expression-sql.ts'
import type { ColumnUse, Operand, Predicate, Scope, StatementModel, TableRef } from './model.ts'
import type { IndexKey } from './planner.ts'
import type { TableFacts } from './schema.ts'
import { distinctOf, nullShare, shareOf } from './statistics.ts'

/** The conditions that hold together for one table: of the whole query, or of one arm of an OR. */
export interface Conditions {
  /** Columns compared with `=` to what is known beforehand, those with the most values first. */
  readonly equal: readonly string[]
  /** Columns compared by IN and = ANY. */
  readonly anyOf: readonly string[]
  readonly range: readonly string[]
  /** Columns compared with `=` to another table's. */
  readonly join: readonly string[]
  readonly expressions: readonly { readonly sql: string; readonly kind: 'equal' | 'range' }[]
  /** Conditions that the text fixes, with the share of rows that they hold for: what a partial index could leave to its predicate. */
  readonly fixed: readonly { readonly sql: string; readonly column: string; readonly share: number }[]
  /** LIKE and its kin. */
  readonly patterns: readonly {
    readonly column: string
    readonly anywhere: boolean
    readonly fromStart: boolean
  }[]
  /** `jsonb @> …` and the like. */
  readonly documents: readonly { readonly column: string; readonly operator: string }[]
  /** Array operators. */
  readonly arrays: readonly string[]
}

export interface Access extends Conditions {
  readonly ref: TableRef
  readonly table: TableFacts
  readonly order: readonly IndexKey[]
  readonly group: readonly string[]
  /** Every column of the table that is read; undefined where a whole row is, or rows are locked or written. */
  readonly needed: readonly string[] | undefined
  readonly arms: readonly Conditions[]
}

/** Each table of each query level, with what an index on it could do. */
export function accessesOf(model: StatementModel): readonly Access[] {
  const written = new Set(model.writes.map((w) => w.table.id))
  return model.scopes.flatMap((scope) =>
    scope.tables.flatMap((ref) => {
      const table = ref.facts
      if (ref.kind !== 'table' || !table) return []
      const on = { ref, table, scope }
      return [
        {
          ...{ ref, table },
          ...conditionsOf(on, scope.predicates, joinColumns(on, model)),
          ...orderOf(on, model),
          needed: written.has(ref.id) || scope.locking ? undefined : neededOf(on, model),
          arms: scope.predicates
            .filter((p) => p.kind === 'or' && !p.negated)
            .flatMap((p) => p.arms.map((arm) => conditionsOf(on, arm, []))),
        },
      ]
    }),
  )
}

interface On {
  readonly ref: TableRef
  readonly table: TableFacts
  readonly scope: Scope
}

const isOf = (on: On, use: ColumnUse | undefined): use is ColumnUse => use?.table?.id === on.ref.id

function conditionsOf(on: On, predicates: readonly Predicate[], join: readonly string[]): Conditions {
  const found = {
    equal: [] as string[],
    anyOf: [] as string[],
    range: [] as string[],
    expressions: [] as { sql: string; kind: 'equal' | 'range' }[],
    fixed: [] as { sql: string; column: string; share: number }[],
    patterns: [] as { column: string; anywhere: boolean; fromStart: boolean }[],
    documents: [] as { column: string; operator: string }[],
    arrays: [] as string[],
  }
  for (const p of predicates) {
    if (p.clause === 'having' || !p.subject || !isOf(on, p.subject.column)) continue
    const column = p.subject.column.name
    const share = fixedShare(on, p)
    if (share !== undefined) found.fixed.push({ sql: fixedSql(p, column), column, share })
    if (p.negated || dependsOn(on, p.operand) || dependsOn(on, p.upper)) continue
    const { expression } = p.subject
    if (expression) {
      const kind = { equality: 'equal', in: 'equal', range: 'range' }[p.kind as string] as
        | 'equal'
        | 'range'
        | undefined
      if (kind && isFixed(expression.node))
        found.expressions.push({ sql: expressionSql(expression.node), kind })
      continue
    }
    // With another table's column it is a join, which joinColumns finds.
    if (p.kind === 'equality' && p.operand?.kind !== 'column') found.equal.push(column)
    else if (p.kind === 'in') found.anyOf.push(column)
    else if (p.kind === 'range') found.range.push(column)
    else if (p.kind === 'like')
      found.patterns.push({
        column,
        anywhere: p.pattern === 'leading-wildcard' || p.pattern === 'unknown' || p.operator !== 'like',
        fromStart: p.operator === 'like' && p.pattern !== 'leading-wildcard',
      })
    else if (p.kind === 'json') found.documents.push({ column, operator: p.operator })
    else if (p.kind === 'array') found.arrays.push(column)
  }
  const byValues = (a: string, b: string): number => distinct(on, b) - distinct(on, a) || (a < b ? -1 : 1)
  const unique = (list: readonly string[]) => [...new Set(list)].sort(byValues)
  return {
    ...found,
    equal: unique(found.equal),
    anyOf: unique(found.anyOf),
    range: unique(found.range),
    join: unique(join),
  }
}

function distinct({ table }: On, name: string): number {
  const column = table.columns.find((c) => c.name === name)
  return column ? (distinctOf(column, table.rows ?? 0) ?? 0) : 0
}

/** A value that comes from the same table can't be looked up in an index. */
function dependsOn(on: On, operand: Operand | undefined): boolean {
  if (operand?.kind === 'column') return isOf(on, operand.column)
  if (operand?.kind === 'expression') return operand.columns.some((c) => isOf(on, c))
  return operand?.kind === 'list' && operand.items.some((item) => dependsOn(on, item))
}

/** Share of the rows for which a condition without parameters holds, where the statistics tell. */
function fixedShare({ table }: On, p: Predicate): number | undefined {
  const column = p.subject?.column.facts
  if (!column || p.subject?.expression) return undefined
  const rows = table.rows ?? 0
  if (p.kind === 'null') return p.negated ? 1 - nullShare(column) : nullShare(column)
  if (p.kind === 'boolean') {
    const one = TRUTH[p.operator]
    const share = one === undefined ? undefined : shareOf(column, one, rows)
    return share !== undefined && p.negated ? 1 - share : share
  }
  if ((p.kind !== 'equality' && p.kind !== 'in') || p.negated || !p.operand) return undefined
  let share = 0
  for (const item of p.operand.kind === 'list' ? p.operand.items : [p.operand]) {
    const one =
      item.kind === 'constant' && item.value !== null ? shareOf(column, item.value, rows) : undefined
    if (one === undefined) return undefined
    share += one
  }
  return share
}
const TRUTH: Readonly<Record<string, string>> = { 'is true': 't', 'is false': 'f' }

/** Such a condition as an index's predicate. The tree has a NOT round it taken off. */
function fixedSql(p: Predicate, column: string): string {
  const name = quoteIdentifier(column)
  if (p.kind === 'null') return `${name} IS ${p.negated ? 'NOT ' : ''}NULL`
  if (p.kind === 'boolean') return (p.operator === 'is true') !== p.negated ? name : `NOT ${name}`
  return expressionSql(p.node)
}

/** Columns that are looked up by another table's: joins, `IN (SELECT …)` from both sides. */
function joinColumns(on: On, model: StatementModel): readonly string[] {
  const found: string[] = []
  for (const scope of model.scopes)
    for (const j of scope.joins) {
      if (j.operator !== '=') continue
      if (isOf(on, j.left)) found.push(j.left.name)
      if (isOf(on, j.right)) found.push(j.right.name)
    }
  for (const p of on.scope.predicates)
    if (p.kind === 'in-subquery' && !p.negated && isOf(on, p.subject?.column) && !p.subject?.expression)
      found.push((p.subject as { column: ColumnUse }).column.name)
  const { sublink, outputs } = on.scope
  if (sublink?.type === 'any' && (sublink.operator ?? '=') === '=' && isOf(on, outputs[0]?.column))
    found.push((outputs[0] as { column: ColumnUse }).column.name)
  return found
}

/** ORDER BY and GROUP BY over columns of this table alone; `min` and `max` read one end of an order. */
function orderOf(on: On, model: StatementModel): Pick<Access, 'order' | 'group'> {
  const { scope } = on
  const own = (items: Scope['orderBy']): boolean => items.every((i) => isOf(on, i.column))
  const columns = (items: Scope['orderBy']): string[] => items.map((i) => (i.column as ColumnUse).name)
  if (scope.groupBy.length > 0) return { order: [], group: own(scope.groupBy) ? columns(scope.groupBy) : [] }
  if (scope.hasAggregates) {
    const ends = model.calls.filter(
      (c) => c.scope.id === scope.id && /^(min|max)$/.test(c.name) && c.columns.length === 1,
    )
    const [end] = ends.flatMap((c) => c.columns).filter((c) => isOf(on, c))
    return { order: end ? [{ column: end.name }] : [], group: [] }
  }
  if (scope.orderBy.length > 0)
    return { order: own(scope.orderBy) ? canonicalOrder(scope.orderBy) : [], group: [] }
  if (scope.distinct === 'all' && scope.outputs.every((o) => isOf(on, o.column) && !o.star))
    return { order: [], group: scope.outputs.map((o) => (o.column as ColumnUse).name) }
  return { order: [], group: [] }
}

/** An index can be read from either end: of the two the one that begins ascending. */
function canonicalOrder(items: Scope['orderBy']): IndexKey[] {
  const turn = items[0]?.descending === true
  return items.map((i) => {
    const descending = i.descending !== turn
    const nullsFirst = i.nullsFirst !== turn
    return {
      column: (i.column as ColumnUse).name,
      ...(descending ? { descending } : {}),
      ...(nullsFirst === descending ? {} : { nullsFirst }),
    }
  })
}

/** Undefined where a whole row is read. */
function neededOf(on: On, model: StatementModel): readonly string[] | undefined {
  const uses = model.scopes.flatMap((s) => [
    ...s.predicates.flatMap((p) => [...p.columns, ...p.arms.flat().flatMap((a) => a.columns)]),
    ...s.joins.flatMap((j) => [j.left, j.right]),
    ...[...s.orderBy, ...s.groupBy, ...s.distinctOn].flatMap((i) => i.columns),
    ...s.outputs.flatMap((o) => [...o.columns, ...(o.column ? [o.column] : [])]),
    ...s.outerColumns,
  ])
  const names = [...uses, ...model.calls.flatMap((c) => c.columns)]
    .filter((u) => isOf(on, u))
    .map((u) => u.name)
  const whole =
    names.includes('*') || on.scope.outputs.some((o) => o.star && (!o.column || isOf(on, o.column)))
  return whole ? undefined : [...new Set(names)].sort()
}
