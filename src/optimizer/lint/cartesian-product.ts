import { defineLintRule } from '../lint-rule.ts'
import type { Predicate, Scope, TableRef } from '../model.ts'
import { isSingleRow } from '../uniqueness.ts'

/** Tables that hang together, by the id of one of them. */
function components(scope: Scope): Map<number, TableRef[]> {
  const parents = new Map<string, string>()
  const top = (key: string): string => {
    const up = parents.get(key)
    return up === undefined || up === key ? key : top(up)
  }
  const tie = (keys: readonly string[]): void => {
    const [first, ...rest] = keys
    for (const key of rest) if (first !== undefined) parents.set(top(key), top(first))
  }
  const key = (table: TableRef | null): string[] => (table ? [`table ${table.id}`] : [])
  const tieOf = (predicate: Predicate): void => {
    tie(predicate.columns.flatMap((c) => key(c.table)))
    // a.x = $1 AND b.y = $1: both are held to the same value.
    const { kind, negated, subject, operand } = predicate
    if (kind !== 'equality' || negated || !subject?.column.table || !operand) return
    const fixed =
      operand.kind === 'parameter'
        ? `$${operand.number}`
        : operand.kind === 'constant'
          ? `'${operand.value}'`
          : undefined
    if (fixed !== undefined) tie([...key(subject.column.table), `value ${fixed}`])
  }
  for (const predicate of scope.predicates) tieOf(predicate)
  for (const join of scope.joins) tie([...key(join.left.table), ...key(join.right.table)])
  for (const table of scope.tables) tie([...key(table), ...table.references.flatMap((c) => key(c.table))])
  const groups = new Map<string, TableRef[]>()
  for (const table of scope.tables) {
    const group = top(`table ${table.id}`)
    groups.set(group, [...(groups.get(group) ?? []), table])
  }
  return new Map([...groups.values()].map((group) => [group[0]?.id ?? 0, group]))
}

/** Whether it multiplies rows: not where it has one, nor where a set is made to be crossed with (VALUES, generate_series). */
const multiplies = (scope: Scope, table: TableRef): boolean =>
  table.kind !== 'function' &&
  table.kind !== 'values' &&
  table.kind !== 'unknown' &&
  isSingleRow(scope, table) === false

export default defineLintRule({
  name: 'cartesian-product',
  title: 'Join without a condition',
  severity: 'warning',
  doc: 'Nothing joins these tables, so every row of one is paired with every row of the other: with 1,000 rows each that is a million. Conditions in ON, USING, NATURAL and WHERE count, also over a common constant or a third table; a side of one row is no product.',
  example: {
    before: 'SELECT … FROM orders o, users u WHERE o.status = $1',
    after: 'SELECT … FROM orders o JOIN users u ON u.id = o.user_id WHERE o.status = $1',
  },
  *check({ scopes }) {
    for (const scope of scopes) {
      // What a column without a known table belongs to can't be told: then nothing is.
      if (scope.predicates.some((p) => p.columns.some((c) => c.table === null))) continue
      const groups = [...components(scope).values()].filter((group) =>
        group.some((t) => multiplies(scope, t)),
      )
      const [first, ...others] = groups
      for (const group of others) {
        const table = group.find((t) => multiplies(scope, t)) as TableRef
        yield {
          location: table.location,
          message: `Nothing joins ${table.alias} to ${first?.map((t) => t.alias).join(', ')}: every row is paired with every row`,
          advice: `Add the condition that relates ${table.alias} to the other tables`,
        }
      }
    }
  },
})
