-- Who has USAGE on the schema may use all of the pack, and nobody else any of it.
REVOKE ALL ON ALL TABLES IN SCHEMA pgtend FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA pgtend FROM PUBLIC;
DO $$
DECLARE
  object record;
  guest oid;
BEGIN
  FOR object IN
    SELECT DISTINCT g.kind, CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END AS grantee
    FROM (
      SELECT 'TABLES' AS kind, a.grantee FROM pg_class c, aclexplode(c.relacl) a
      WHERE c.relnamespace = 'pgtend'::regnamespace AND a.grantee <> c.relowner
      UNION ALL
      SELECT 'FUNCTIONS', a.grantee FROM pg_proc p, aclexplode(p.proacl) a
      WHERE p.pronamespace = 'pgtend'::regnamespace AND a.grantee <> p.proowner
    ) g
    WHERE g.grantee = 0 OR NOT EXISTS (SELECT FROM pg_namespace n, aclexplode(n.nspacl) a
      WHERE n.nspname = 'pgtend' AND a.grantee = g.grantee AND a.privilege_type = 'USAGE')
  LOOP
    EXECUTE format('REVOKE ALL ON ALL %s IN SCHEMA pgtend FROM %s', object.kind, object.grantee);
  END LOOP;
  FOR guest IN
    SELECT DISTINCT a.grantee FROM pg_namespace n, aclexplode(n.nspacl) a
    WHERE n.nspname = 'pgtend' AND a.grantee NOT IN (0, n.nspowner) AND a.privilege_type = 'USAGE'
  LOOP
    EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA pgtend TO %I', pg_get_userbyid(guest));
    EXECUTE format('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pgtend TO %I', pg_get_userbyid(guest));
  END LOOP;
  -- The views show what who asks may see; PostgreSQL 15 and newer can hold them to it.
  IF current_setting('server_version_num')::integer >= 150000 THEN
    EXECUTE 'ALTER VIEW pgtend.index_usage_analysis SET (security_invoker = true)';
    EXECUTE 'ALTER VIEW pgtend.table_bloat_analysis SET (security_invoker = true)';
    EXECUTE 'ALTER VIEW pgtend.index_bloat_analysis SET (security_invoker = true)';
  END IF;
END
$$;
