import type { Node, SelectStmt } from 'libpg-query'
import { addConditions } from './conditions.ts'
import type { Builder, Draft } from './draft.ts'
import { lookThrough, noteParameter } from './expressions.ts'
import { addFrom } from './from-clause.ts'
import type { Amount, OutputColumn, SortItem } from './model.ts'
import {
  as,
  asNode,
  constantOf,
  firstLocation,
  kindOf,
  lastName,
  locationOf,
  namesOf,
  typeNameOf,
} from './syntax.ts'

/** Fills a scope from a SELECT, a VALUES or a set operation. */
export function fillSelect(b: Builder, scope: Draft, select: SelectStmt): void {
  scope.select = select
  scope.locking = (select.lockingClause?.length ?? 0) > 0
  if (select.op && select.op !== 'SETOP_NONE') fillSetOperation(b, scope, select)
  else {
    for (const item of select.fromClause ?? []) addFrom(b, scope, item)
    addConditions(b, scope, select.whereClause, { clause: 'where', join: undefined })
    scope.outputs = outputsOf(b, scope, select.targetList ?? [], 'select')
    if (select.valuesLists) fillValues(b, scope, select.valuesLists)
    scope.groupBy = (select.groupClause ?? []).flatMap((node) => groupItems(b, scope, node))
    addConditions(b, scope, select.havingClause, { clause: 'having', join: undefined })
    lookThrough(b, scope, select.windowClause, 'window')
    const distinct = select.distinctClause ?? []
    const on = distinct.filter((n) => Object.keys(n).length > 0)
    scope.distinct = distinct.length === 0 ? 'no' : on.length > 0 ? 'on' : 'all'
    scope.distinctOn = on.map((node) => sortItem(b, scope, node))
  }
  scope.orderBy = (select.sortClause ?? []).flatMap((node) => {
    const by = as(node, 'SortBy')
    if (!by?.node) return []
    const descending = by.sortby_dir === 'SORTBY_DESC'
    const nullsFirst =
      by.sortby_nulls === 'SORTBY_NULLS_DEFAULT' ? descending : by.sortby_nulls === 'SORTBY_NULLS_FIRST'
    return [{ ...sortItem(b, scope, by.node, true), descending, nullsFirst }]
  })
  scope.limit = amountOf(b, scope, select.limitCount, 'limit')
  scope.offset = amountOf(b, scope, select.limitOffset, 'offset')
}

function fillSetOperation(b: Builder, scope: Draft, select: SelectStmt): void {
  const operator = (select.op ?? '').slice('SETOP_'.length).toLowerCase() as 'union' | 'intersect' | 'except'
  const same = (side: SelectStmt): SelectStmt[] =>
    // a UNION b UNION c is a tree to the left; its arms are equals where nothing of their own hangs on it.
    side.op === select.op &&
    (side.all ?? false) === (select.all ?? false) &&
    !side.sortClause &&
    !side.limitCount &&
    !side.withClause
      ? [...same(side.larg as SelectStmt), side.rarg as SelectStmt]
      : [side]
  const sides = [...same(select.larg as SelectStmt), select.rarg as SelectStmt]
  const arms = sides.map((side) => b.build(asNode(side), { kind: 'arm', parent: scope, outer: scope.outer }))
  scope.setOperation = { operator, all: select.all ?? false, arms }
  scope.outputs = [...(arms[0]?.outputs ?? [])]
}

function fillValues(b: Builder, scope: Draft, lists: readonly Node[]): void {
  lookThrough(b, scope, lists, 'values')
  const first = as(lists[0], 'List')?.items ?? []
  scope.outputs = first.map((node, i) => ({
    ...{ name: `column${i + 1}`, column: undefined, star: false, columns: [], node },
    location: firstLocation(node) ?? 0,
  }))
}

export function outputsOf(
  b: Builder,
  scope: Draft,
  targets: readonly Node[],
  clause: 'select' | 'returning',
): OutputColumn[] {
  return targets.flatMap((node) => {
    const target = as(node, 'ResTarget')
    if (!target) return []
    const { columns } = lookThrough(b, scope, target.val, clause)
    const ref = as(target.val, 'ColumnRef')
    const star = ref?.fields?.at(-1) !== undefined && as(ref.fields.at(-1), 'A_Star') !== undefined
    const found = ref && b.columns.get(ref)
    const column = star && found ? { ...found, table: starOf(scope, ref.fields ?? []), name: '*' } : found
    return [
      {
        name: star ? undefined : (target.name ?? nameOf(target.val)),
        ...{ column, star, columns, node: target.val },
        location: locationOf(target),
      },
    ]
  })
}

/** The table of `t.*`; null for `*` alone. */
const starOf = (scope: Draft, fields: readonly Node[]) => {
  const alias = namesOf(fields).at(-1)
  return alias === undefined ? null : (scope.tables.find((t) => t.alias === alias) ?? null)
}

/** The name that PostgreSQL gives an output without AS. */
function nameOf(node: Node | undefined): string {
  if (!node) return '?column?'
  const column = as(node, 'ColumnRef')
  if (column) return lastName(column.fields)
  const call = as(node, 'FuncCall')
  if (call) return lastName(call.funcname)
  const cast = as(node, 'TypeCast')
  if (cast) {
    const inner = nameOf(cast.arg)
    return inner === '?column?' ? typeNameOf(cast.typeName) : inner
  }
  const link = as(node, 'SubLink')
  if (link?.subLinkType === 'EXISTS_SUBLINK') return 'exists'
  if (link?.subLinkType === 'ARRAY_SUBLINK') return 'array'
  const target = as(as(link?.subselect, 'SelectStmt')?.targetList?.[0], 'ResTarget')
  if (target) return target.name ?? nameOf(target.val)
  return NAMED[kindOf(node)] ?? '?column?'
}
const NAMED: Readonly<Record<string, string>> = {
  CoalesceExpr: 'coalesce',
  CaseExpr: 'case',
  RowExpr: 'row',
  A_ArrayExpr: 'array',
}

/** An item of ORDER BY, GROUP BY or DISTINCT ON; a number or the name of an output means that output. */
function sortItem(b: Builder, scope: Draft, node: Node, outputFirst = false): SortItem {
  const number = as(node, 'A_Const')?.ival ? Number(constantOf(node)) : undefined
  const fields = as(node, 'ColumnRef')?.fields ?? []
  const name = fields.length === 1 ? lastName(fields) : undefined
  const meant =
    number !== undefined
      ? scope.outputs[number - 1]
      : name !== undefined && (outputFirst || !scope.tables.some((t) => t.columns?.includes(name)))
        ? scope.outputs.find((o) => o.name === name && o.node)
        : undefined
  const { columns } = meant ?? lookThrough(b, scope, node, outputFirst ? 'order' : 'group')
  const ref = as(node, 'ColumnRef')
  return {
    column: meant ? (meant.star ? undefined : meant.column) : ref && b.columns.get(ref),
    node: meant?.node ?? node,
    columns,
    ...{ descending: false, nullsFirst: false },
    location: firstLocation(node) ?? 0,
  }
}

/** GROUP BY, with grouping sets taken apart. */
function groupItems(b: Builder, scope: Draft, node: Node): SortItem[] {
  const set = as(node, 'GroupingSet')
  const row = as(node, 'RowExpr')
  const inner = set?.content ?? row?.args
  return inner ? inner.flatMap((n) => groupItems(b, scope, n)) : [sortItem(b, scope, node)]
}

function amountOf(
  b: Builder,
  scope: Draft,
  node: Node | undefined,
  context: 'limit' | 'offset',
): Amount | undefined {
  if (!node) return undefined
  lookThrough(b, scope, node, 'limit')
  const value = constantOf(node)
  // LIMIT ALL and LIMIT NULL are none.
  if (value === null) return undefined
  const parameter = as(as(node, 'TypeCast')?.arg ?? node, 'ParamRef')
  if (parameter) noteParameter(b, parameter, { context })
  return {
    value: value === undefined ? undefined : Number(value),
    parameter: parameter?.number,
    location: firstLocation(node) ?? 0,
  }
}
