import { quoteIdentifier, quoteLiteral } from '../../core/identifier.ts'
import type { BulkSession } from '../../postgres/bulk-session.ts'
import type { RoleRow } from '../snapshot.ts'
import { BUILDER, PLANNER } from './accounts.ts'

/** The name that a role of the watched server has in the cluster. */
export type RoleNames = ReadonlyMap<string, string>

/**
 * Makes roles that see rows as the watched server's do. A cluster has one set of roles for all its databases: where another
 * watched server has one of the same name with other rights, it gets a name with the database's.
 * None may log in and none is a superuser: a superuser becomes one that row security doesn't apply to.
 */
export async function makeRoles(
  admin: BulkSession,
  database: string,
  roles: readonly RoleRow[],
): Promise<RoleNames> {
  const rows = await admin.query(
    `SELECT rolname AS name, shobj_description(oid, 'pg_authid') AS rights FROM pg_roles WHERE rolname !~ '^pg_'`,
  )
  const there = new Map(rows.map((r) => [r.name as string, r.rights ?? '']))
  const names = new Map<string, string>()
  for (const role of roles) {
    // Predefined ones are there, and what they give is reading and monitoring, not other rows.
    if (role.name.startsWith('pg_')) continue
    const same = there.get(role.name) === undefined || there.get(role.name) === rightsOf(role, roles)
    names.set(role.name, same ? role.name : `${role.name}~${database}`.slice(0, 63))
  }
  for (const role of roles) {
    const name = names.get(role.name)
    if (name === undefined) continue
    const rights = rightsOf(role, roles)
    if (there.get(name) === rights) continue
    const create = there.has(name) ? 'ALTER' : 'CREATE'
    const bypass = role.superuser || role.bypassRowSecurity
    await admin.script(`${create} ROLE ${quoteIdentifier(name)} NOLOGIN ${bypass ? 'BYPASSRLS' : 'NOBYPASSRLS'};
      GRANT ${quoteIdentifier(name)} TO ${BUILDER}, ${PLANNER};
      COMMENT ON ROLE ${quoteIdentifier(name)} IS ${quoteLiteral(rights)}`)
  }
  for (const role of roles) {
    const groups = role.memberOf.flatMap((g) => names.get(g) ?? [])
    const name = names.get(role.name)
    if (name !== undefined && groups.length > 0)
      await admin.script(`GRANT ${groups.map(quoteIdentifier).join(', ')} TO ${quoteIdentifier(name)}`)
  }
  return names
}

/** What decides which rows a role sees, its groups' rights included. */
function rightsOf(role: RoleRow, all: readonly RoleRow[], above: readonly string[] = []): string {
  const groups = role.memberOf.flatMap((name) => {
    const group = all.find((r) => r.name === name)
    return group && !above.includes(name) ? [[name, rightsOf(group, all, [...above, role.name])]] : []
  })
  return JSON.stringify({ bypass: role.superuser || role.bypassRowSecurity, groups })
}
