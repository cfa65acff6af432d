import type { Connection } from '../postgres/connection.ts'
import { versionIn } from './pack.ts'

/** What is there of the pack in a database. */
export interface PackState {
  readonly database: string
  readonly user: string
  readonly standby: boolean
  /** Version of the installed pack; none where it is not installed. */
  readonly installed: number | null
  /** Something else has the schema's name. */
  readonly foreign: boolean
  readonly owner: string | null
  /** Roles that may use it, beside its owner. */
  readonly guests: readonly string[]
  /** `public.check_database_health()`: ours, somebody else's, or not there. */
  readonly rpc: 'ours' | 'foreign' | null
  readonly rpcGuests: readonly string[]
  /** Settings that somebody changed, by name. */
  readonly changed: Readonly<Record<string, number | null>>
  /** Of the roles that were asked about, those that do not exist. */
  readonly missingRoles: readonly string[]
}

const STATE = `SELECT json_build_object(
  'database', current_database(), 'user', current_user, 'standby', pg_is_in_recovery(),
  'comment', obj_description(n.oid, 'pg_namespace'), 'present', n.oid IS NOT NULL, 'owner', pg_get_userbyid(n.nspowner),
  'guests', (SELECT coalesce(json_agg(DISTINCT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee)::text END), '[]')
    FROM aclexplode(n.nspacl) a WHERE a.grantee <> n.nspowner AND a.privilege_type = 'USAGE'),
  'rpc', CASE WHEN p.oid IS NULL THEN NULL WHEN obj_description(p.oid, 'pg_proc') LIKE 'pgtend SQL pack%' THEN 'ours' ELSE 'foreign' END,
  'rpcGuests', (SELECT coalesce(json_agg(DISTINCT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee)::text END), '[]')
    FROM aclexplode(p.proacl) a WHERE a.grantee <> p.proowner),
  'missingRoles', (SELECT coalesce(json_agg(r ORDER BY r), '[]') FROM json_array_elements_text($1::json) r
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = r)),
  'readable', has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(s.oid, 'SELECT'))::text
FROM (SELECT) one
LEFT JOIN pg_namespace n ON n.nspname = 'pgtend'
LEFT JOIN pg_class s ON s.relnamespace = n.oid AND s.relname = 'settings' AND s.relkind = 'r'
LEFT JOIN pg_proc p ON p.oid = to_regprocedure('public.check_database_health()')`

const CHANGED = `SELECT coalesce(json_object_agg(name, value ORDER BY name), '{}')::text FROM pgtend.settings
  WHERE value IS DISTINCT FROM default_value`

type Told = Omit<PackState, 'installed' | 'foreign' | 'changed'> & {
  readonly comment: string | null
  readonly present: boolean
  readonly readable: boolean | null
}

/** Reads what is there; `roles` are those that are to be granted something. */
export async function readPackState(
  connection: Connection,
  roles: readonly string[] = [],
): Promise<PackState> {
  const one = async (sql: string, values?: readonly unknown[]) =>
    JSON.parse((await connection.query(sql, values)).rows[0]?.[0] ?? 'null') as unknown
  const told = (await one(STATE, [JSON.stringify(roles)])) as Told
  const { comment, present, readable, ...rest } = told
  const installed = versionIn(comment) ?? null
  return {
    ...rest,
    installed,
    foreign: present && installed === null,
    changed: installed !== null && readable ? ((await one(CHANGED)) as PackState['changed']) : {},
  }
}
