import type { Node } from 'libpg-query'
import { sqlOf } from '../deparse.ts'
import type { Predicate, Scope } from '../model.ts'
import { selectOf } from '../parse.ts'
import { defineRewrite } from '../rewrite-rule.ts'
import { tokensIn } from '../splice.ts'
import { as, lastName, locationOf, walk } from '../syntax.ts'
import { replaceIn } from '../tree.ts'
import { allOf, CLAUSE_STOPS, claim, conjunctsOf, expression, identifier } from './_statement.ts'

/** Aggregates that give the same in whatever order the rows come. */
const ORDERLESS = new Set(['count', 'min', 'max', 'bool_and', 'bool_or', 'every'])
const EXACT = new Set(['sum', 'avg'])

/** The condition that ties a subquery to the row outside, if it is one equality of two bare columns. */
function tieOf(inner: Scope): Predicate | undefined {
  const ties = inner.predicates.filter((p) => p.columns.some((c) => inner.outerColumns.includes(c)))
  const [tie] = ties
  if (ties.length !== 1 || inner.outerColumns.length !== 1 || tie?.kind !== 'equality' || tie.negated)
    return undefined
  if (
    tie.operator !== '=' ||
    tie.clause !== 'where' ||
    tie.subject?.expression ||
    tie.operand?.kind !== 'column'
  )
    return undefined
  return tie
}

export default defineRewrite({
  name: 'join-for-subquery',
  title: 'Join on a grouped subquery in place of a correlated one',
  doc: 'The inner table is read once and grouped, in place of once for each row. Worth it where most outer rows are returned.',
  *rewrite(model) {
    const { parsed, scopes } = model
    for (const inner of scopes) {
      const outer = inner.parent
      const select = inner.select
      if (inner.sublink?.type !== 'scalar' || inner.sublink.clause !== 'select' || !outer?.select || !select)
        continue
      const from = outer.select.fromClause ?? []
      if (
        outer.hasAggregates ||
        outer.hasWindows ||
        outer.locking ||
        outer.groupBy.length > 0 ||
        from.length !== 1
      )
        continue
      const call = as(inner.outputs[0]?.node, 'FuncCall')
      const name = lastName(call?.funcname)
      const tie = tieOf(inner)
      if (
        !call ||
        call.over ||
        inner.outputs.length !== 1 ||
        !tie ||
        !(ORDERLESS.has(name) || EXACT.has(name))
      )
        continue
      if (
        select.groupClause ||
        select.havingClause ||
        select.limitCount ||
        select.limitOffset ||
        select.distinctClause ||
        select.withClause ||
        select.sortClause
      )
        continue
      const key = [tie.subject?.column, tie.operand?.kind === 'column' ? tie.operand.column : undefined]
      const [mine, theirs] = inner.outerColumns.includes(key[0] as never) ? [key[1], key[0]] : key
      if (
        !mine?.table ||
        !theirs?.table ||
        !inner.tables.includes(mine.table) ||
        !outer.tables.includes(theirs.table)
      )
        continue
      if (inner.tables.some((t) => t.nullable)) continue
      // A bare * would give the new columns too.
      if (outer.outputs.some((o) => o.star && !o.column?.table)) continue
      const alias = freeName(scopes, mine.table.name ?? 'matched')
      const keyed = `${identifier(mine.table.alias)}.${identifier(mine.name)}`
      // A column that is named without its table must not become ambiguous.
      const taken = outer.tables.some(
        (t) => !t.columns || t.columns.includes('key') || t.columns.includes('value'),
      )
      const [keyName, valueName] = taken ? [`${alias}_key`, `${alias}_value`] : ['key', 'value']
      const rest = (inner.select?.whereClause ? conjunctsOf(inner.select.whereClause) : []).filter(
        (n) => n !== tie.node,
      )
      const where = allOf(rest)
      const shape = selectOf(`SELECT ${keyed} AS ${keyName}, 1 AS value FROM t GROUP BY ${keyed}`)
      const { whereClause: _, ...plain } = select
      const [keyTarget] = shape.targetList ?? []
      const grouped: Node = {
        SelectStmt: {
          ...plain,
          ...(where && { whereClause: where }),
          targetList: [
            ...(keyTarget ? [keyTarget] : []),
            { ResTarget: { name: valueName, val: inner.outputs[0]?.node as Node } },
          ],
          ...(shape.groupClause && { groupClause: shape.groupClause }),
        },
      }
      const on = `${alias}.${keyName} = ${identifier(theirs.table.alias)}.${identifier(theirs.name)}`
      const joined = as(
        selectOf(`SELECT 1 FROM l LEFT JOIN (SELECT 1) ${alias} ON ${on}`).fromClause?.[0],
        'JoinExpr',
      )
      const sub = as(joined?.rarg, 'RangeSubselect')
      const link = findLink(parsed.node, inner.sublink.location)
      if (!joined || !sub?.subquery || !link) continue
      const join = replaceIn<Node>(
        { JoinExpr: joined },
        new Map<object, unknown>([
          [joined.larg as object, from[0]],
          [sub.subquery as object, grouped],
        ]),
      )
      const text = name === 'count' ? `coalesce(${alias}.${valueName}, 0)` : `${alias}.${valueName}`
      const changes = new Map<object, unknown>([
        [from[0] as object, join],
        [link, expression(text)],
      ])
      named(outer, link, changes, inner.outputs[0]?.name ?? name)
      const tokens = tokensIn(parsed.source)
      const opening = tokens.at(inner.sublink.location)
      const end = tokens.endOf(
        lastTable(outer),
        CLAUSE_STOPS.filter((w) => !/^(on|join|inner|left|right|full|cross|natural|,)$/.test(w)),
      )
      const label = aliased(outer, link) ? '' : ` AS ${identifier(inner.outputs[0]?.name ?? name)}`
      const argument = as(call.args?.[0], 'ColumnRef') ? inner.outputs[0]?.columns[0]?.facts?.type : undefined
      const exact = ORDERLESS.has(name) || /^(smallint|integer|bigint|numeric)/.test(argument ?? '')
      yield {
        location: inner.sublink.location,
        tree: replaceIn(parsed.node, changes),
        ...(opening && {
          edits: [
            { from: opening.start, to: tokens.closing(opening.start), text: `${text}${label}` },
            { from: end, to: end, text: `\n  LEFT JOIN (${sqlOf(grouped)}) ${alias} ON ${on}` },
          ],
        }),
        ...claim(
          model,
          exact,
          exact
            ? 'The grouped subquery has one row for each key, and LEFT JOIN keeps rows without one'
            : 'Sums of floating-point numbers may differ in the last digits, since they are added in another order',
        ),
      }
    }
  },
})

function freeName(scopes: readonly Scope[], base: string): string {
  const taken = new Set(scopes.flatMap((s) => [s.name, ...s.tables.flatMap((t) => [t.alias, t.name])]))
  const plain = base.replace(/\W/g, '').toLowerCase() || 'matched'
  let name = `per_${plain}`
  while (taken.has(name)) name += '_'
  return name
}

function findLink(tree: Node, location: number): Node | undefined {
  let found: Node | undefined
  walk(tree, (node) => {
    const link = as(node, 'SubLink')
    if (link && locationOf(link) === location) found ??= node
    return undefined
  })
  return found
}

const targetOf = (outer: Scope, link: Node) =>
  (outer.select?.targetList ?? []).map((n) => as(n, 'ResTarget')).find((t) => t?.val === link)

const aliased = (outer: Scope, link: Node): boolean => {
  const target = targetOf(outer, link)
  return target === undefined || target.name !== undefined
}

/** Keeps the name that the subquery gave its column. */
function named(outer: Scope, link: Node, changes: Map<object, unknown>, name: string): void {
  const target = targetOf(outer, link)
  if (target && target.name === undefined) changes.set(target, { ...target, name, val: changes.get(link) })
}

const lastTable = (outer: Scope): number => Math.max(...outer.tables.map((t) => t.location))
