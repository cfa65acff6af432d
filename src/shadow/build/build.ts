import { qualifiedName, quoteIdentifier } from '../../core/identifier.ts'
import type { Gap } from '../../optimizer/schema.ts'
import type { BulkSession } from '../../postgres/bulk-session.ts'
import { TEXT_SETTINGS } from '../collect/session.ts'
import type { Snapshot } from '../snapshot.ts'
import { apply, applyAgain, type Failed, type Statement } from './apply.ts'
import type { Cluster } from './cluster.ts'
import { checkDdl, foreignKeyDdl, indexDdl } from './index-ddl.ts'
import type { RoleNames } from './roles.ts'
import { filePaths, renewHeights, setCounts, setSizes } from './sizes.ts'
import { EXTENDED_CASTS, type OidMap, restoreExtended, restoreStatistics } from './statistics.ts'
import { inheritanceDdl, policyDdl, type Substitutes, tableDdl, viewDdl } from './table-ddl.ts'
import { collationDdl, extensionDdl, functionDdl, schemaDdl, stubDdl, typeDdl } from './type-ddl.ts'

export interface Sessions {
  readonly admin: BulkSession
  readonly builder: BulkSession
}

/** Opens the superuser's and the builder's session in a database of the cluster, with the texts' settings. */
export async function openSessions(cluster: Cluster, database: string): Promise<Sessions> {
  const [admin, builder] = await Promise.all([
    cluster.open(database, 'postgres'),
    cluster.open(database, 'pgtend_builder'),
  ])
  const settings = JSON.stringify({
    ...TEXT_SETTINGS,
    check_function_bodies: 'off',
    client_min_messages: 'error',
  })
  const set = 'SELECT set_config(key, value, false) FROM json_each_text($1)'
  await Promise.all([admin, builder].map((s) => s.query(set, [settings])))
  // The catalogs here were never analysed, and nothing is known of JSON: a loop over both would be quadratic.
  await admin.script('SET enable_nestloop = off; SET enable_mergejoin = off')
  return { admin, builder }
}

export async function closeSessions({ admin, builder }: Sessions): Promise<void> {
  await Promise.all([admin.end(), builder.end()])
}

/** Schemas, extensions or stubs in their place, collations, types, functions: what tables need. Resolves to what failed. */
export async function buildGround(
  { admin, builder }: Sessions,
  snapshot: Snapshot,
): Promise<{
  readonly failed: readonly Failed[]
  readonly stubs: ReadonlySet<string>
  readonly missing: readonly string[]
}> {
  await apply(admin, schemaDdl(snapshot))
  const absent = new Set((await apply(admin, snapshot.extensions.map(extensionDdl))).map((f) => f.object))
  const missing = snapshot.extensions.filter((e) => absent.has(e.name))
  await apply(admin, missing.flatMap(stubDdl))
  await admin.script(EXTENDED_CASTS)
  const { collations, types, functions } = snapshot
  const statements = [
    ...collations.map(collationDdl),
    ...types.map(typeDdl),
    ...functions.flatMap(functionDdl),
  ]
  const stubs = missing.flatMap((e) => e.types.map((t) => qualifiedName(e.schema, t)))
  return {
    failed: await apply(builder, statements),
    stubs: new Set(stubs),
    missing: missing.map((e) => e.name),
  }
}

/** Tables and all that hangs on them, of the relations in `only`. Resolves to what failed, tried again at the end. */
export async function buildRelations(
  { admin, builder }: Sessions,
  snapshot: Snapshot,
  only: ReadonlySet<number>,
  substitutes: Substitutes,
  roles: RoleNames,
  before: readonly Failed[],
): Promise<Failed[]> {
  const part = touching(snapshot, only)
  const relations = snapshot.relations.filter((r) => only.has(r.oid))
  const columns = Map.groupBy(part.columns, (c) => c.relation)
  const tables = relations
    .filter((r) => r.kind !== 'v')
    .map((r) => tableDdl(r, columns.get(r.oid) ?? [], r.kind === 'p', substitutes))
  const views = relations.filter((r) => r.kind === 'v').flatMap(viewDdl)
  const statistics = part.extendedStatistics.flatMap((s): Statement[] =>
    s.definition === null ? [] : [{ sql: s.definition, object: `${s.schema}.${s.name}` }],
  )
  let failed: readonly Failed[] = before
  const run = async (statements: readonly Statement[]) => {
    failed = [...failed, ...(await apply(builder, statements))]
  }
  await run(tables)
  failed = await applyAgain(builder, failed)
  await run([...checkDdl(part), ...inheritanceDdl(part)])
  await run(indexDdl(part))
  await run([...foreignKeyDdl(part), ...views, ...statistics])
  await run(policyDdl(part, (name) => roles.get(name) ?? name))
  const left = await applyAgain(builder, failed)
  await own(admin, snapshot, roles)
  return left
}

/** The rows of the snapshot that are made again with the relations in `only`; foreign keys of others to them, too. */
function touching(snapshot: Snapshot, only: ReadonlySet<number>): Snapshot {
  const indexes = snapshot.indexes.filter((i) => only.has(i.relation))
  const made = new Set([...only, ...indexes.map((i) => i.oid)])
  return {
    ...snapshot,
    columns: snapshot.columns.filter((c) => only.has(c.relation)),
    constraints: snapshot.constraints.filter((c) => only.has(c.relation) || only.has(c.referenced)),
    indexes,
    inheritance: snapshot.inheritance.filter((i) => made.has(i.child)),
    policies: snapshot.policies.filter((p) => only.has(p.relation)),
    extendedStatistics: snapshot.extendedStatistics.filter((s) => only.has(s.relation)),
  }
}

/** Everybody may read and write everything here; but whose a table, view or function is decides which row security applies. */
async function own(admin: BulkSession, snapshot: Snapshot, roles: RoleNames): Promise<void> {
  const named = (rows: readonly { schema: string; name: string; owner: string }[]) =>
    JSON.stringify(rows.map((r) => ({ schema: r.schema, name: r.name, owner: roles.get(r.owner) ?? null })))
  const input = 'json_to_recordset($1::json) AS r(schema text, name text, owner text)'
  await admin.query(
    `UPDATE pg_class c SET relowner = o.oid FROM ${input} JOIN pg_namespace n ON n.nspname = r.schema JOIN pg_roles o ON o.rolname = r.owner
     WHERE c.relnamespace = n.oid AND c.relname = r.name AND c.relowner <> o.oid`,
    [named(snapshot.relations)],
  )
  await admin.query(
    `UPDATE pg_proc p SET proowner = o.oid FROM ${input} JOIN pg_namespace n ON n.nspname = r.schema JOIN pg_roles o ON o.rolname = r.owner
     WHERE p.pronamespace = n.oid AND p.proname = r.name AND p.proowner <> o.oid`,
    [named(snapshot.functions)],
  )
  await admin.query(
    `UPDATE pg_proc p SET proleakproof = true FROM json_to_recordset($1::json) AS r(schema text, name text) JOIN pg_namespace n ON n.nspname = r.schema
     WHERE p.pronamespace = n.oid AND p.proname = r.name AND NOT p.proleakproof`,
    [
      JSON.stringify(
        snapshot.functions.filter((f) => f.leakproof).map((f) => ({ schema: f.schema, name: f.name })),
      ),
    ],
  )
  const schemas = new Set(snapshot.relations.map((r) => r.schema))
  if (schemas.size > 0)
    await admin.script(
      `GRANT ALL ON ALL TABLES IN SCHEMA ${[...schemas].map(quoteIdentifier).join(', ')} TO PUBLIC`,
    )
}

/** Oids here of the snapshot's relations and indexes, by name. */
export async function mapOids(admin: BulkSession, snapshot: Snapshot): Promise<OidMap> {
  const all = [...snapshot.relations, ...snapshot.indexes]
  const rows = await admin.query(
    `SELECT r.there, c.oid::text AS here FROM json_to_recordset($1::json) AS r(there text, schema text, name text)
     JOIN pg_namespace n ON n.nspname = r.schema JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = r.name`,
    [JSON.stringify(all.map((r) => ({ there: String(r.oid), schema: r.schema, name: r.name })))],
  )
  return new Map(rows.map((r) => [Number(r.there), Number(r.here)]))
}

/** Puts statistics, counts and sizes in, of the relations in `only`. Sizes come last: a plan remembers what it saw before. */
export async function fill(
  { admin }: Sessions,
  cluster: Cluster,
  snapshot: Snapshot,
  only: ReadonlySet<number>,
  oids: OidMap,
): Promise<Gap[]> {
  const names = new Map(snapshot.columns.map((c) => [`${c.relation}.${c.number}`, c.name]))
  const indexes = new Map(snapshot.indexes.map((i) => [i.oid, i.relation]))
  const mine = <T extends { readonly relation: number }>(rows: readonly T[]) =>
    rows.filter((r) => only.has(indexes.get(r.relation) ?? r.relation))
  const failed = await restoreStatistics(admin, mine(snapshot.statistics), oids, (r, n) =>
    names.get(`${r}.${n}`),
  )
  await restoreExtended(admin, mine(snapshot.extendedStatistics), cluster.major)
  const files = () => filePaths(admin, cluster.server.dataDir, [...oids.values()])
  await renewHeights(admin, snapshot, only, oids, await files())
  await setCounts(admin, snapshot, oids)
  const paths = await files()
  await setSizes(snapshot, only, oids, paths, cluster.server.dataDir)
  const byOid = new Map([...snapshot.relations, ...snapshot.indexes].map((r) => [r.oid, r]))
  return [...Map.groupBy(failed, (f) => f.relation)].flatMap(([relation, columns]) => {
    const r = byOid.get(relation)
    const reason = `statistics of ${columns.length} of its columns could not be taken over: ${columns[0]?.reason}`
    return r ? [{ object: `${r.schema}.${r.name}`, reason }] : []
  })
}
