import { quoteIdentifier } from '../../core/identifier.ts'
import type { ColumnUse, Predicate, Scope, StatementModel, TableRef } from '../model.ts'

/** Every condition on rows of a statement with its scope, those inside ORs too; HAVING is left out. */
export function* conditionsOf({ scopes }: StatementModel): Generator<{ scope: Scope; predicate: Predicate }> {
  for (const scope of scopes)
    for (const predicate of scope.predicates)
      if (predicate.clause !== 'having')
        for (const inner of flat(predicate)) yield { scope, predicate: inner }
}

function* flat(predicate: Predicate): Generator<Predicate> {
  yield predicate
  for (const arm of predicate.arms) for (const inner of arm) yield* flat(inner)
}

/** A column as a sentence names it. */
export const label = ({ table, name }: ColumnUse): string => (table?.alias ? `${table.alias}.${name}` : name)

const plain = /^[a-z_][a-z0-9_]*$/
/** An identifier in SQL for people: quoted only where it must be. */
export const written = (name: string): string => (plain.test(name) ? name : quoteIdentifier(name))

export const tableName = (table: TableRef | null): string => {
  if (!table?.name) return 'the table'
  return table.schema && table.schema !== 'public'
    ? `${written(table.schema)}.${written(table.name)}`
    : written(table.name)
}
