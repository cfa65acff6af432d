/** A table or view by name; without a schema, in whichever it is. Raw names. */
export interface TableName {
  readonly schema?: string
  readonly name: string
}

/**
 * Oids of the relations asked for ($1: JSON array of names, or null for all) and of what their plans depend on: the other
 * parts of a partition tree, what views and policies read, and what the functions in policies name.
 */
export const SCOPE = `WITH RECURSIVE own AS (
  SELECT c.oid, c.relname, n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'm', 'f', 'v') AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
), edge(a, b) AS (
  SELECT inhparent, inhrelid FROM pg_inherits
  UNION ALL SELECT inhrelid, inhparent FROM pg_inherits
  UNION ALL SELECT r.ev_class, d.refobjid FROM pg_rewrite r JOIN pg_class v ON v.oid = r.ev_class AND v.relkind = 'v'
    JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
  UNION ALL SELECT p.polrelid, d.refobjid FROM pg_policy p
    JOIN pg_depend d ON d.classid = 'pg_policy'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_class'::regclass
  UNION ALL SELECT p.polrelid, own.oid FROM pg_policy p
    JOIN pg_depend d ON d.classid = 'pg_policy'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_proc'::regclass
    JOIN pg_proc f ON f.oid = d.refobjid JOIN own ON position(own.relname IN f.prosrc) > 0
), wanted(oid) AS (
  SELECT oid FROM own WHERE $1::json IS NULL OR EXISTS (SELECT FROM json_array_elements($1::json) x
    WHERE x->>'name' = relname AND coalesce(x->>'schema', nspname) = nspname)
  UNION SELECT own.oid FROM wanted w JOIN edge e ON e.a = w.oid JOIN own ON own.oid = e.b
)
SELECT oid::int8 AS oid FROM wanted`

/**
 * Relations that somebody holds or waits for an exclusive lock on: whoever asks for theirs waits behind. With the views and
 * policies that read them, whose definitions can't be had either.
 */
export const LOCKED = `WITH RECURSIVE reads(a, b) AS (
  SELECT r.ev_class, d.refobjid FROM pg_rewrite r
    JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
  UNION ALL SELECT p.polrelid, d.refobjid FROM pg_policy p
    JOIN pg_depend d ON d.classid = 'pg_policy'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_class'::regclass
), held(oid) AS (
  SELECT relation FROM pg_locks WHERE locktype = 'relation' AND mode = 'AccessExclusiveLock' AND relation >= 16384
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  UNION SELECT reads.a FROM held JOIN reads ON reads.b = held.oid
)
SELECT oid::int8 AS oid FROM held`

/** $1: names of roles. With all that they are members of and have the rights of. */
export const ROLES = (
  major: number,
): string => `WITH RECURSIVE membership AS (SELECT m.member, m.roleid FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member
    WHERE ${major >= 16 ? 'm.inherit_option' : 'r.rolinherit'}
), wanted(oid) AS (
  SELECT oid FROM pg_roles WHERE rolname = ANY ($1::text[])
  UNION SELECT m.roleid FROM wanted w JOIN membership m ON m.member = w.oid
)
SELECT rolname AS name, rolsuper AS superuser, rolbypassrls AS "bypassRowSecurity",
  (SELECT coalesce(json_agg(g.rolname ORDER BY g.rolname), '[]') FROM membership m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid) AS "memberOf"
FROM pg_roles r JOIN wanted USING (oid) ORDER BY oid`
