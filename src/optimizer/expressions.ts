/** Looks through an expression once: its columns, function calls, parameters, and a scope for each subquery. */
import type { Node } from 'libpg-query'
import type { Builder, Draft } from './draft.ts'
import type { Clause, ColumnUse, Scope, Sublink } from './model.ts'
import { resolveColumn } from './resolve.ts'
import { as, lastName, locationOf, namesOf, typeNameOf, walk } from './syntax.ts'

const SUBLINKS: Readonly<Record<string, Sublink['type']>> = {
  EXISTS_SUBLINK: 'exists',
  ANY_SUBLINK: 'any',
  ALL_SUBLINK: 'all',
  EXPR_SUBLINK: 'scalar',
  ARRAY_SUBLINK: 'array',
  ROWCOMPARE_SUBLINK: 'row',
}

/** Aggregates of pg_catalog that need no OVER to be one. Others are told by FILTER, ORDER BY, DISTINCT or `*` in the call. */
const AGGREGATES = new Set(
  `array_agg any_value avg bit_and bit_or bit_xor bool_and bool_or count every json_agg json_object_agg jsonb_agg jsonb_object_agg max min
  range_agg range_intersect_agg string_agg sum xmlagg corr covar_pop covar_samp regr_avgx regr_avgy regr_count regr_intercept regr_r2
  regr_slope regr_sxx regr_sxy regr_syy stddev stddev_pop stddev_samp variance var_pop var_samp mode percentile_cont percentile_disc`.split(
    /\s+/,
  ),
)

export interface Looked {
  readonly columns: readonly ColumnUse[]
  readonly subqueries: readonly Scope[]
}

export function lookThrough(b: Builder, scope: Draft, value: unknown, clause: Clause): Looked {
  const columns: ColumnUse[] = []
  const subqueries: Scope[] = []
  const negated = new Set<object>()
  walk(value, (node) => {
    const column = as(node, 'ColumnRef')
    if (column) {
      const found = resolveColumn(scope, column.fields ?? [], locationOf(column))
      b.columns.set(column, found)
      columns.push(found)
      return false
    }
    const not = as(node, 'BoolExpr')
    const inner = not?.boolop === 'NOT_EXPR' ? as(not.args?.[0], 'SubLink') : undefined
    if (inner) negated.add(inner)
    const link = as(node, 'SubLink')
    if (link) {
      const left = lookThrough(b, scope, link.testexpr, clause)
      const built = b.build(link.subselect as Node, {
        kind: 'sublink',
        parent: scope,
        outer: scope,
        sublink: {
          type: SUBLINKS[link.subLinkType ?? ''] ?? 'scalar',
          clause,
          negated: negated.has(link),
          test: link.testexpr,
          operator: lastName(link.operName) || undefined,
          location: locationOf(link),
        },
      })
      b.sublinks.set(link, built)
      columns.push(...left.columns, ...built.outerColumns)
      subqueries.push(...left.subqueries, built)
      return false
    }
    const call = as(node, 'FuncCall')
    if (call) {
      const names = namesOf(call.funcname)
      if (names[0] === 'pg_catalog') names.shift()
      const aggregate = Boolean(
        call.agg_star || call.agg_filter || call.agg_order || call.agg_distinct || call.agg_within_group,
      )
      if (call.over) scope.hasWindows = true
      else if (aggregate || (names.length === 1 && AGGREGATES.has(names[0] ?? ''))) scope.hasAggregates = true
      const before = columns.length
      const arguments_ = lookThrough(b, scope, { ...call, funcname: undefined }, clause)
      columns.push(...arguments_.columns)
      subqueries.push(...arguments_.subqueries)
      b.calls.push({
        name: names.join('.'),
        scope,
        clause,
        windowed: call.over !== undefined,
        columns: columns.slice(before),
        node,
        location: locationOf(call),
      })
      return false
    }
    const cast = as(node, 'TypeCast')
    const typed = as(cast?.arg, 'ParamRef')
    if (typed) noteParameter(b, typed, { clause, cast: typeNameOf(cast?.typeName) })
    const parameter = as(node, 'ParamRef')
    if (parameter) noteParameter(b, parameter, { clause })
    return undefined
  })
  return { columns, subqueries }
}

type Parameter = { readonly number?: number; readonly location?: number }
type Noted = Partial<Omit<Parameters<Builder['parameters']['set']>[1], 'number' | 'location'>>

/** Notes a use of `$n`; what was noted before stays, what is told now is added. */
export function noteParameter(b: Builder, parameter: Parameter, what: Noted): void {
  const before = b.parameters.get(parameter)
  b.parameters.set(parameter, {
    number: parameter.number ?? 0,
    location: locationOf(parameter),
    context: 'other',
    ...{ clause: undefined, column: undefined, operator: undefined, cast: undefined },
    ...before,
    ...what,
  })
}
