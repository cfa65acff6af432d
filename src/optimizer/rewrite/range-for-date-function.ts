import type { Node } from 'libpg-query'
import { sqlOf } from '../deparse.ts'
import type { Predicate } from '../model.ts'
import { defineRewrite } from '../rewrite-rule.ts'
import { tokensIn } from '../splice.ts'
import { as, constantOf, lastName } from '../syntax.ts'
import { replaceIn } from '../tree.ts'
import { dayOf, hasColumns, type Moment, truncated, yearOf } from './_moments.ts'
import { claim, expression, extent } from './_statement.ts'

/** The range that says the same of a column as the condition on its day, its month or its year does. */
function rangeOf(p: Predicate, column: string): Moment | undefined {
  const { subject } = p
  const node = subject?.expression?.node
  const written = as(p.node, 'A_Expr')
  if (!node || !written) return undefined
  const other = written.lexpr === node ? written.rexpr : written.lexpr
  const call = as(node, 'FuncCall')
  const cast = as(node, 'TypeCast')
  const name = subject?.expression?.name
  if ((cast && name === 'date') || (call && name === 'date' && call.args?.length === 1))
    return dayOf(p, column, other)
  if (call && name === 'date_trunc' && call.args?.length === 2 && p.kind !== 'in')
    return truncated(p.operator, column, String(constantOf(call.args[0]) ?? ''), other)
  const year = call && (name === 'extract' || name === 'date_part') && constantOf(call.args?.[0]) === 'year'
  return year && p.operator === '=' ? yearOf(column, other) : undefined
}

/** Whether the argument of the function or cast is the bare column. */
function isDirect(node: Node): boolean {
  const argument = as(node, 'TypeCast')?.arg ?? as(node, 'FuncCall')?.args?.at(-1)
  return as(argument, 'ColumnRef') !== undefined
}

export default defineRewrite({
  name: 'range-for-date-function',
  title: 'Range in place of a function on a date column',
  doc: 'A half-open range on the bare column can use an index on it, and the planner has statistics for it.',
  *rewrite(model) {
    const { parsed, scopes } = model
    const tokens = tokensIn(parsed.source)
    for (const scope of scopes)
      for (const p of scope.predicates) {
        const { subject } = p
        if (!subject?.expression || p.clause === 'having' || p.negated || !isDirect(subject.expression.node))
          continue
        const argument =
          as(subject.expression.node, 'TypeCast')?.arg ??
          as(subject.expression.node, 'FuncCall')?.args?.at(-1)
        const range = argument && rangeOf(p, sqlOf(argument))
        if (!range || hasColumns(p)) continue
        const type = subject.column.facts?.type
        const plain =
          type === 'timestamp without time zone' ||
          (type === 'date' && lastName(as(subject.expression.node, 'FuncCall')?.funcname) !== 'date_trunc')
        const because = !plain
          ? `${type === undefined ? 'The type of the column is not known: for one with a time zone, d' : 'D'}ays are those of the session’s time zone, and in zones whose clocks change at midnight the hour that comes twice may be taken otherwise`
          : range.exact
            ? 'The range holds exactly the moments of which the function gives this value'
            : 'It differs only for infinity and for values that PostgreSQL would refuse'
        yield {
          location: p.location,
          tree: replaceIn(parsed.node, new Map([[p.node, expression(range.sql)]])),
          edits: [{ ...extent(tokens, p.node), text: range.sql }],
          ...claim(model, plain && range.exact, because),
        }
      }
  },
})
