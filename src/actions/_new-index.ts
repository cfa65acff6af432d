import type { Precondition, Query } from '../core/action.ts'
import { qualifiedName, quoteIdentifier, shownName } from '../core/identifier.ts'
import { cannotPlan, type Relation } from './_relation.ts'

/** Throws AppError `cannot-plan` where the name is in use, also by what a failed build left. */
export async function refuseTaken(query: Query, schema: string, name: string): Promise<void> {
  const [taken] = await query(
    `SELECT i.indisvalid AS valid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_index i ON i.indexrelid = c.oid WHERE n.nspname = $1 AND c.relname = $2`,
    [schema, name],
  )
  if (!taken) return
  const why =
    taken.valid === false
      ? 'an invalid index, left by a failed build: drop-invalid-index removes it'
      : 'in use'
  throw cannotPlan(`the name ${qualifiedName(schema, name)} is ${why}`)
}

/** An index is made in the schema of its table. */
export async function mayCreate(query: Query, table: Relation): Promise<Precondition> {
  const schema = quoteIdentifier(table.schema)
  const [row] = await query(`SELECT has_schema_privilege($1::text::regnamespace, 'CREATE') AS may`, [schema])
  const holds = row?.may === true
  const detail = holds
    ? 'The role may create in the schema'
    : `${table.user} may not create in the schema ${schema}`
  return { name: 'schema', holds, detail }
}

/** Subjects of the table's foreign keys whose columns, in any order, lead a B-tree over these. */
export async function keysServed(
  query: Query,
  table: Relation,
  columns: readonly number[],
): Promise<readonly string[]> {
  const served = await query(
    `SELECT conname AS name FROM pg_constraint WHERE conrelid = $1::oid AND contype = 'f'
      AND conkey <@ ($2::int2[])[1:cardinality(conkey)] AND cardinality(conkey) <= cardinality($2::int2[]) ORDER BY oid`,
    [table.oid, `{${columns.join(',')}}`],
  )
  return served.map((key) => `${shownName(table.schema, table.name)} ${String(key.name)}`)
}
