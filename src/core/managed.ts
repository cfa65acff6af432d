import type { Capabilities } from './server.ts'

/** A table that belongs to the platform or to an extension. Raw names. */
export interface ManagedTable {
  readonly schema: string
  readonly table: string
}

/**
 * Schemas that a platform keeps for its services, by whole names: what is in them is made, changed and maintained by it alone.
 * As Supabase's own linter (splinter) and its CLI leave them out.
 */
const SCHEMAS: { readonly [P in Capabilities['platform']]?: RegExp } = {
  supabase:
    /^(_analytics|_realtime|_supavisor|_?timescaledb_.+|auth|cron|dbdev|etl|extensions|graphql|graphql_public|net|pgbouncer|pgmq|pgmq_public|pgroonga|pgsodium|pgsodium_masks|pgtle|realtime|repack|storage|supabase_.+|tiger|tiger_data|topology|vault)$/,
}

/** Whether a schema is one that this platform keeps for its services. */
export const isPlatformSchema = (schema: string, platform: Capabilities['platform']): boolean =>
  SCHEMAS[platform]?.test(schema) ?? false

const names = new WeakMap<readonly ManagedTable[], ReadonlyMap<string, ReadonlySet<string>>>()

function namesOf(managed: readonly ManagedTable[]): ReadonlyMap<string, ReadonlySet<string>> {
  const known = names.get(managed)
  if (known) return known
  const made = new Map<string, Set<string>>()
  for (const { schema, table } of managed) {
    const own = made.get(schema)
    if (own) own.add(table)
    else made.set(schema, new Set([table]))
  }
  names.set(managed, made)
  return made
}

/** Whether a row is about one of the managed tables, which may be many. */
export const isManaged = (managed: readonly ManagedTable[], row: Partial<ManagedTable>): boolean =>
  namesOf(managed)
    .get(row.schema ?? '')
    ?.has(row.table ?? '') ?? false
