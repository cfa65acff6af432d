-- public.check_database_health(), for supabase.rpc and whoever calls functions of the schema public. It runs with the
-- rights of its owner, since the roles of an API see nothing by themselves; who may call it is granted one by one.
DO $$
DECLARE
  known text := (SELECT obj_description(p.oid, 'pg_proc') FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace AND p.proname = 'check_database_health' AND p.pronargs = 0);
  present boolean := to_regprocedure('public.check_database_health()') IS NOT NULL;
  guest oid;
BEGIN
  IF present AND (known IS NULL OR known !~ '^pgtend SQL pack') THEN
    RAISE EXCEPTION 'there is a function public.check_database_health() already that is not of the SQL pack';
  END IF;
  EXECUTE $body$
    CREATE OR REPLACE FUNCTION public.check_database_health()
    RETURNS TABLE (metric text, value numeric, status text, details jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
    'SELECT metric, value, status, details FROM pgtend.check_database_health()'$body$;
  COMMENT ON FUNCTION public.check_database_health() IS
    'pgtend SQL pack: one row for each metric of this database''s health. Runs with the rights of its owner.';
  IF present THEN
    RETURN;
  END IF;
  -- Default privileges, as Supabase's, would let anon and authenticated in.
  FOR guest IN
    SELECT DISTINCT a.grantee FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
    WHERE p.oid = 'public.check_database_health()'::regprocedure AND a.grantee <> p.proowner
  LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION public.check_database_health() FROM %s',
      CASE WHEN guest = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(guest)) END);
  END LOOP;
END
$$;
