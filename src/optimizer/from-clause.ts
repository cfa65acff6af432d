import type { Node } from 'libpg-query'
import { addConditions } from './conditions.ts'
import type { Builder, Draft } from './draft.ts'
import { lookThrough } from './expressions.ts'
import type { ColumnUse, JoinEdge, Scope, TableRef } from './model.ts'
import { findCte, findTable, use } from './resolve.ts'
import { as, firstLocation, lastName, type NodeOf, namesOf } from './syntax.ts'

type JoinKind = NonNullable<JoinEdge['join']>
const JOINS: Readonly<Record<string, JoinKind>> = {
  JOIN_LEFT: 'left',
  JOIN_RIGHT: 'right',
  JOIN_FULL: 'full',
}

/** Adds what one item of FROM names to the scope. Returns the tables, leftmost first. */
export function addFrom(b: Builder, scope: Draft, node: Node, nullable = false): TableRef[] {
  const join = as(node, 'JoinExpr')
  if (join) return addJoin(b, scope, join, nullable)
  const sample = as(node, 'RangeTableSample')
  if (sample?.relation) return addFrom(b, scope, sample.relation, nullable)
  const range = as(node, 'RangeVar')
  const table = range
    ? tableOf(b, scope, range, nullable)
    : (subqueryOf(b, scope, node, nullable) ?? functionOf(b, scope, node, nullable))
  scope.tables.push(table)
  return [table]
}

function blank(b: Builder, node: Node, alias: string, nullable: boolean): TableRef {
  b.tables += 1
  return {
    ...{
      id: b.tables,
      kind: 'unknown',
      alias,
      aliased: true,
      node,
      nullable,
      lateral: false,
      references: [],
    },
    ...{ schema: undefined, name: undefined, facts: undefined, scope: undefined, columns: undefined },
    location: firstLocation(node) ?? 0,
  }
}

/** The names of the columns, the first of them renamed by `AS t (a, b)`. */
function renamed(
  names: readonly string[] | undefined,
  alias: NodeOf<'Alias'> | undefined,
): readonly string[] | undefined {
  const given = namesOf(alias?.colnames)
  return given.length === 0 ? names : [...given, ...(names ?? []).slice(given.length)]
}

export function tableOf(b: Builder, scope: Draft, range: NodeOf<'RangeVar'>, nullable = false): TableRef {
  const { relname: name = '', schemaname: schema, alias } = range
  const base = {
    ...blank(b, { RangeVar: range }, alias?.aliasname ?? name, nullable),
    aliased: alias !== undefined,
  }
  const cte = schema === undefined ? findCte(scope, name) : undefined
  if (cte !== undefined) {
    const columns = renamed(cte ? outputNames(cte) : undefined, alias)
    return { ...base, kind: 'cte', name, scope: cte ?? undefined, columns }
  }
  const facts = findTable(b.context, name, schema)
  return {
    ...base,
    kind: 'table',
    schema: schema ?? facts?.schema,
    name,
    facts,
    columns: renamed(
      facts?.columns.map((c) => c.name),
      alias,
    ),
  }
}

function subqueryOf(b: Builder, scope: Draft, node: Node, nullable: boolean): TableRef | undefined {
  const range = as(node, 'RangeSubselect')
  if (!range?.subquery) return undefined
  const inner = b.build(range.subquery, {
    kind: 'from',
    parent: scope,
    outer: range.lateral ? scope : scope.outer,
    name: range.alias?.aliasname,
  })
  return {
    ...blank(b, node, range.alias?.aliasname ?? '', nullable),
    kind: as(range.subquery, 'SelectStmt')?.valuesLists ? 'values' : 'subquery',
    scope: inner,
    lateral: range.lateral ?? false,
    references: inner.outerColumns.filter((c) => c.table && scope.tables.includes(c.table)),
    columns: renamed(outputNames(inner), range.alias),
  }
}

/** A function, XMLTABLE or JSON_TABLE: each may use the columns of what stands before it. */
function functionOf(b: Builder, scope: Draft, node: Node, nullable: boolean): TableRef {
  const range = as(node, 'RangeFunction')
  const { columns } = lookThrough(b, scope, range?.functions ?? node, 'from')
  const alias = range?.alias ?? as(node, 'RangeTableFunc')?.alias ?? as(node, 'JsonTable')?.alias
  const call = as(as(range?.functions?.[0], 'List')?.items?.[0], 'FuncCall')
  const name = lastName(call?.funcname)
  return {
    ...blank(b, node, alias?.aliasname ?? name, nullable),
    kind: 'function',
    name,
    aliased: alias !== undefined,
    lateral: columns.length > 0,
    references: columns.filter((c) => c.table && scope.tables.includes(c.table)),
    columns: renamed(undefined, alias),
  }
}

function addJoin(b: Builder, scope: Draft, join: NodeOf<'JoinExpr'>, nullable: boolean): TableRef[] {
  const kind = JOINS[join.jointype ?? ''] ?? 'inner'
  const left = addFrom(b, scope, join.larg as Node, nullable || kind === 'right' || kind === 'full')
  const right = addFrom(b, scope, join.rarg as Node, nullable || kind === 'left' || kind === 'full')
  addConditions(b, scope, join.quals, { clause: 'on', join: kind })
  const location = right[0]?.location ?? 0
  const names = namesOf(join.usingClause)
  const shared = join.isNatural ? common(left, right) : names
  for (const name of shared)
    scope.joins.push({
      left: holding(left, name, location),
      right: holding(right, name, location),
      ...{ operator: '=', clause: join.isNatural ? 'natural' : 'using', join: kind, location },
    })
  return [...left, ...right]
}

/** Whose column it is on one side of a join; the nearest table where that isn't known. */
function holding(tables: readonly TableRef[], name: string, location: number): ColumnUse {
  const known = tables.find((t) => t.columns?.includes(name))
  const open = tables.find((t) => t.columns === undefined)
  const table = known ?? open ?? tables.at(-1)
  return table ? use(table, name, location) : { table: null, name, facts: undefined, location }
}

/** The columns that NATURAL joins; `*` where they are not known. */
function common(left: readonly TableRef[], right: readonly TableRef[]): readonly string[] {
  if ([...left, ...right].some((t) => t.columns === undefined)) return ['*']
  const names = new Set(left.flatMap((t) => t.columns ?? []))
  return right.flatMap((t) => (t.columns ?? []).filter((name) => names.has(name)))
}

/** The names of a subquery's columns; undefined where a `*` hides them. */
export function outputNames(scope: Scope): readonly string[] | undefined {
  const names: string[] = []
  for (const output of scope.outputs) {
    if (!output.star) names.push(output.name ?? '?column?')
    else {
      const table = output.column?.table
      const of = table ? [table] : scope.tables
      for (const t of of) {
        if (!t.columns) return undefined
        names.push(...t.columns)
      }
    }
  }
  return names
}
