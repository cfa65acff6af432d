import type { Node, SelectStmt } from 'libpg-query'
import { fillSelect, outputsOf } from './build-select.ts'
import { addConditions } from './conditions.ts'
import { type Builder, type Draft, newDraft, type ScopeOptions } from './draft.ts'
import { lookThrough, noteParameter } from './expressions.ts'
import { addFrom, tableOf } from './from-clause.ts'
import type { ModelContext, Scope, StatementModel, TableRef, Write } from './model.ts'
import type { ParsedStatement } from './parse.ts'
import { use } from './resolve.ts'
import { as, firstLocation, locationOf, type NodeOf, namesOf, walk } from './syntax.ts'

/** What a statement says. Without the tables' facts, columns that don't name their table may stay unassigned. Pure. */
export function buildModel(parsed: ParsedStatement, context: ModelContext = {}): StatementModel {
  const b: Builder = {
    context,
    ...{ scopes: [], writes: [], calls: [] },
    ...{ columns: new Map(), sublinks: new Map(), parameters: new Map() },
    tables: 0,
    build: (node, options) => build(b, node, options),
  }
  const root = build(b, parsed.node, { kind: 'statement' })
  // TABLESAMPLE ($1), ON CONFLICT … WHERE and the like, which no scope looks into.
  walk(parsed.node, (node) => {
    const parameter = as(node, 'ParamRef')
    if (parameter && !b.parameters.has(parameter)) noteParameter(b, parameter, {})
    return undefined
  })
  const byPlace = <T extends { location: number }>(list: Iterable<T>) =>
    [...list].sort((x, y) => x.location - y.location)
  return {
    parsed,
    root,
    scopes: b.scopes,
    writes: b.writes,
    parameters: byPlace(b.parameters.values()),
    calls: byPlace(b.calls),
  }
}

type Statement = { readonly withClause?: NodeOf<'WithClause'> }

function build(b: Builder, node: Node, options: ScopeOptions): Scope {
  const scope = newDraft(b, options, firstLocation(node) ?? 0)
  const inner = Object.values(node)[0] as Statement
  addCtes(b, scope, inner.withClause)
  const select = as(node, 'SelectStmt')
  const insert = as(node, 'InsertStmt')
  const update = as(node, 'UpdateStmt')
  const remove = as(node, 'DeleteStmt')
  const merge = as(node, 'MergeStmt')
  if (select) fillSelect(b, scope, select)
  if (insert) fillInsert(b, scope, insert)
  if (update) fillUpdate(b, scope, update)
  if (remove) fillDelete(b, scope, remove)
  if (merge) fillMerge(b, scope, merge)
  return scope as Scope
}

function addCtes(b: Builder, scope: Draft, clause: NodeOf<'WithClause'> | undefined): void {
  const queries = (clause?.ctes ?? []).flatMap((n) => as(n, 'CommonTableExpr') ?? [])
  // Of WITH RECURSIVE each may name itself and those after it.
  if (clause?.recursive) for (const query of queries) scope.ctes.set(query.ctename ?? '', undefined)
  for (const query of queries) {
    if (!query.ctequery) continue
    const name = query.ctename ?? ''
    const built = b.build(query.ctequery, { kind: 'cte', parent: scope, outer: scope.outer, name })
    const names = namesOf(query.aliascolnames)
    const outputs = built.outputs.map((o, i) => (o.star ? o : { ...o, name: names[i] ?? o.name }))
    scope.ctes.set(name, names.length > 0 ? { ...built, outputs } : built)
  }
}

/** Takes down what is written, and gives the table its place as the first of the scope. */
function target(
  b: Builder,
  scope: Draft,
  kind: Write['kind'],
  relation: NodeOf<'RangeVar'> | undefined,
  columns: readonly string[],
): TableRef {
  // A WITH query of the same name is never what is written to.
  const table = tableOf(b, { ...scope, ctes: new Map(), parent: undefined }, relation ?? {})
  scope.tables.push(table)
  b.writes.push({ kind, table, scope: scope as Scope, columns, location: table.location })
  return table
}

const namesSet = (targets: readonly Node[] | undefined): string[] =>
  (targets ?? []).flatMap((n) => as(n, 'ResTarget')?.name ?? [])

/** SET a = …, with the parameters that are assigned. */
function assign(b: Builder, scope: Draft, table: TableRef, targets: readonly Node[] | undefined): void {
  for (const node of targets ?? []) {
    const item = as(node, 'ResTarget')
    lookThrough(b, scope, item?.val, 'set')
    noteAssigned(b, table, item?.name, item?.val)
  }
}

function noteAssigned(b: Builder, table: TableRef, name: string | undefined, value: Node | undefined): void {
  const parameter = as(as(value, 'TypeCast')?.arg ?? value, 'ParamRef')
  if (!parameter || name === undefined) return
  noteParameter(b, parameter, { context: 'assigned', column: use(table, name, locationOf(parameter)) })
}

function fillUpdate(b: Builder, scope: Draft, update: NodeOf<'UpdateStmt'>): void {
  const table = target(b, scope, 'update', update.relation, namesSet(update.targetList))
  for (const item of update.fromClause ?? []) addFrom(b, scope, item)
  assign(b, scope, table, update.targetList)
  addConditions(b, scope, update.whereClause, { clause: 'where', join: undefined })
  scope.outputs = outputsOf(b, scope, update.returningClause?.exprs ?? [], 'returning')
}

function fillDelete(b: Builder, scope: Draft, remove: NodeOf<'DeleteStmt'>): void {
  target(b, scope, 'delete', remove.relation, [])
  for (const item of remove.usingClause ?? []) addFrom(b, scope, item)
  addConditions(b, scope, remove.whereClause, { clause: 'where', join: undefined })
  scope.outputs = outputsOf(b, scope, remove.returningClause?.exprs ?? [], 'returning')
}

function fillInsert(b: Builder, scope: Draft, insert: NodeOf<'InsertStmt'>): void {
  const named = namesSet(insert.cols)
  const select = as(insert.selectStmt, 'SelectStmt')
  // The query does not see the table that is written to.
  if (insert.selectStmt) b.build(insert.selectStmt, { kind: 'from', parent: scope, outer: scope.outer })
  const table = target(b, scope, 'insert', insert.relation, named)
  const columns = named.length > 0 ? named : (table.columns ?? [])
  for (const row of valuesOf(select))
    for (const [i, value] of row.entries()) noteAssigned(b, table, columns[i], value)
  const conflict = insert.onConflictClause
  if (conflict) {
    scope.tables.push({ ...table, id: ++b.tables, alias: 'excluded', aliased: true })
    assign(b, scope, table, conflict.targetList)
    addConditions(b, scope, conflict.whereClause, { clause: 'where', join: undefined })
    scope.tables.pop()
  }
  scope.outputs = outputsOf(b, scope, insert.returningClause?.exprs ?? [], 'returning')
}

/** The rows of VALUES, or the one of SELECT $1, $2. */
function valuesOf(select: SelectStmt | undefined): readonly (readonly Node[])[] {
  if (!select) return []
  if (select.valuesLists) return select.valuesLists.map((row) => as(row, 'List')?.items ?? [])
  return [(select.targetList ?? []).map((n) => as(n, 'ResTarget')?.val ?? n)]
}

function fillMerge(b: Builder, scope: Draft, merge: NodeOf<'MergeStmt'>): void {
  const clauses = (merge.mergeWhenClauses ?? []).flatMap((n) => as(n, 'MergeWhenClause') ?? [])
  const set = new Set(clauses.flatMap((c) => namesSet(c.targetList)))
  const table = target(b, scope, 'merge', merge.relation, [...set])
  if (merge.sourceRelation) addFrom(b, scope, merge.sourceRelation)
  addConditions(b, scope, merge.joinCondition, { clause: 'on', join: 'inner' })
  for (const clause of clauses) {
    lookThrough(b, scope, clause.condition, 'where')
    if (clause.values) {
      lookThrough(b, scope, clause.values, 'values')
      for (const [i, name] of namesSet(clause.targetList).entries())
        noteAssigned(b, table, name, clause.values?.[i])
    } else assign(b, scope, table, clause.targetList)
  }
  scope.outputs = outputsOf(b, scope, merge.returningClause?.exprs ?? [], 'returning')
}
