import type { Precondition, Query } from '../core/action.ts'
import { qualifiedName, quoteIdentifier } from '../core/identifier.ts'
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
