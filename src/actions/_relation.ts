import type { Draft, Input, Precondition, Query } from '../core/action.ts'
import { AppError } from '../core/errors.ts'
import type { Context } from '../core/given.ts'
import { qualifiedName, quoteIdentifier, shownName } from '../core/identifier.ts'

/** A table, view or index as the catalogs have it now, and what the acting role may do to it. */
export interface Relation {
  readonly oid: number
  readonly schema: string
  readonly name: string
  /** As pg_class.relkind. */
  readonly kind: string
  readonly temporary: boolean
  readonly owner: string
  readonly user: string
  /** Owner, or a role that has what the owner has. */
  readonly owned: boolean
  /** May VACUUM, ANALYZE and REINDEX it: owner, MAINTAIN (17 and newer). */
  readonly maintained: boolean
  /** Owns the whole database, which is enough for VACUUM and ANALYZE. */
  readonly database_owned: boolean
  readonly schema_usable: boolean
}

export const SCHEMA_INPUT = {
  type: 'text',
  help: 'Its schema; public unless given',
  optional: true,
} as const

export const schemaOf = (input: Input): string => String(input.schema ?? 'public')

const KINDS: Readonly<Record<string, string>> = {
  r: 'a table',
  i: 'an index',
  I: 'a partitioned index',
  S: 'a sequence',
  v: 'a view',
  m: 'a materialized view',
  c: 'a composite type',
  t: 'a TOAST table',
  f: 'a foreign table',
  p: 'a partitioned table',
}

/** Finds a relation of one of these kinds. Throws AppError `cannot-plan` where there is none that may be acted on. */
export async function findRelation(
  query: Query,
  context: Context,
  schema: string,
  name: string,
  kinds: string,
): Promise<Relation> {
  const maintain = context.server.major >= 17 ? `has_table_privilege(c.oid, 'MAINTAIN')` : 'false'
  const [found] = await query(
    `SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind, c.relpersistence = 't' AS temporary,
      pg_get_userbyid(c.relowner) AS owner, current_user::text AS user, pg_has_role(c.relowner, 'USAGE') AS owned,
      pg_has_role(c.relowner, 'USAGE') OR CASE WHEN c.relkind IN ('r', 'm', 'p', 't') THEN ${maintain} ELSE false END AS maintained,
      (SELECT pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = current_database()) AS database_owned,
      has_schema_privilege(n.oid, 'USAGE') AS schema_usable
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2`,
    [schema, name],
  )
  const written = qualifiedName(schema, name)
  if (!found) {
    throw cannotPlan(`there is no ${written} in the database ${context.server.database}`)
  }
  const relation = found as unknown as Relation
  if (!kinds.includes(relation.kind)) {
    const wanted = [...kinds].map((k) => KINDS[k]).join(', ')
    throw cannotPlan(`${written} is ${KINDS[relation.kind] ?? 'something else'}, not ${wanted}`)
  }
  if (relation.oid < 16_384) throw cannotPlan(`${written} belongs to PostgreSQL itself`)
  if (relation.temporary) throw cannotPlan(`${written} is temporary: only its own session can work on it`)
  return relation
}

export const cannotPlan = (detail: string): AppError => new AppError('cannot-plan', detail)

export const nameOf = (relation: Pick<Relation, 'schema' | 'name'>): string =>
  qualifiedName(relation.schema, relation.name)

/** What a run on it is named after, so that two never work on the same. */
export const subjectOf = (relation: Pick<Relation, 'oid' | 'schema' | 'name'>): string =>
  `relation ${relation.oid} ${shownName(relation.schema, relation.name)}`

/** The oid of the relation that a plan was made for, or of the next one: its name may be another's by now. */
export const oidOf = ({ subjects }: Pick<Draft, 'subjects'>, index = 0): number =>
  Number(/^relation (\d+) /.exec(subjects[index] ?? '')?.[1])

/** The relation $1 and its partitions at all levels, as `relid`. */
export const WITH_PARTITIONS = '(SELECT $1::oid AS relid UNION SELECT relid FROM pg_partition_tree($1::oid))'

/** One rewrite at a time in a whole cluster, whatever database: each needs disk and input/output of its own. */
export const rewriteOf = ({ server }: Context): string =>
  `cluster ${server.systemIdentifier ?? `of ${server.database}, started at ${server.startedAt}`}: rewrite`

/** Only a primary can be changed. */
export const onPrimary = ({ server }: Context): Precondition => ({
  name: 'primary',
  holds: server.role === 'primary',
  detail:
    server.role === 'primary' ? 'The server is a primary' : 'The server is a standby: act on its primary',
})

/** Known beforehand, since VACUUM on what one may not maintain only warns. */
export function mayMaintain(
  r: Relation,
  by: 'vacuum' | 'reindex' | 'own',
  { server }: Context,
): Precondition {
  const may =
    r.owned || (by !== 'own' && r.maintained) || (by === 'vacuum' && r.database_owned) || server.superuser
  // The least that is enough: with the owner's role comes all that the owner may do.
  const maintain = by !== 'own' && server.major >= 17
  const also = maintain ? ', or the privilege MAINTAIN' : ''
  const right = maintain ? `MAINTAIN ON ${nameOf(r)}` : quoteIdentifier(r.owner)
  const grant = `GRANT ${right} TO ${quoteIdentifier(r.user)};`
  if (may && r.schema_usable)
    return { name: 'privilege', holds: true, detail: `${r.user} may do this to ${nameOf(r)}` }
  return {
    name: 'privilege',
    holds: false,
    detail: may
      ? `${r.user} may not use the schema: GRANT USAGE ON SCHEMA ${quoteIdentifier(r.schema)} TO ${quoteIdentifier(r.user)};`
      : `${r.user} does not own ${nameOf(r)}. It needs the rights of its owner ${r.owner}${also}: ${grant}`,
  }
}
