/** What the schema and the predicates prove about how many rows there can be. */
import type { ColumnUse, Predicate, Scope, TableRef } from './model.ts'

/** Whether no two rows of a table agree on these columns; undefined where the schema isn't known. NULLs are not looked at. */
export function isUnique(table: TableRef, columns: readonly string[]): boolean | undefined {
  if (!table.facts) return undefined
  return table.facts.indexes.some(
    (index) =>
      index.unique &&
      index.valid &&
      index.predicate === undefined &&
      index.keys.every((key) => key.column !== undefined && columns.includes(key.column)),
  )
}

/** Whether an operand is the same for every row of the scope. */
const isFixed = ({ operand }: Predicate, scope: Scope): boolean => {
  if (!operand) return false
  if (operand.kind === 'parameter') return true
  if (operand.kind === 'constant') return operand.value !== null
  const local = (c: ColumnUse) => c.table === null || scope.tables.includes(c.table)
  if (operand.kind === 'column') return !local(operand.column)
  if (operand.kind === 'expression') return !operand.columns.some(local)
  return (
    operand.kind === 'subquery' &&
    operand.scope.sublink?.type === 'scalar' &&
    !operand.scope.outerColumns.some(local)
  )
}

/** The columns of a table that WHERE (or an inner join's ON) holds to one value. */
export const fixedColumns = (scope: Scope, table: TableRef): string[] =>
  scope.predicates
    .filter(
      (p) =>
        p.kind === 'equality' &&
        !p.negated &&
        p.clause !== 'having' &&
        (p.join === undefined || p.join === 'inner') &&
        p.subject?.expression === undefined &&
        p.subject?.column.table === table &&
        isFixed(p, scope),
    )
    .flatMap((p) => p.subject?.column.name ?? [])

/** Whether a scope gives at most one row by its form alone. */
export function givesOneRow(scope: Scope): boolean {
  if (scope.setOperation) return false
  if (scope.limit?.value !== undefined && scope.limit.value <= 1) return true
  if (scope.select?.valuesLists) return scope.select.valuesLists.length === 1
  if (scope.hasAggregates && scope.groupBy.length === 0) return true
  if (scope.select === undefined || scope.outputs.some((o) => o.star)) return false
  return scope.tables.length === 0
}

/** Whether at most one row of a table can join: undefined where that can't be told. */
export function isSingleRow(scope: Scope, table: TableRef): boolean | undefined {
  if (table.scope) return givesOneRow(table.scope)
  if (table.kind !== 'table') return undefined
  const fixed = fixedColumns(scope, table)
  if (table.facts) return fixed.length > 0 && isUnique(table, fixed)
  return fixed.length > 0 ? undefined : false
}
