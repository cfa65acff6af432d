-- The schema of the pack. Its comment records the version: nothing else in the database has it.
DO $$
DECLARE
  known text := (SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = 'pgtend');
  grantee oid;
BEGIN
  IF EXISTS (SELECT FROM pg_namespace WHERE nspname = 'pgtend') THEN
    IF known IS NULL OR known !~ '^pgtend SQL pack, version \d+$' THEN
      RAISE EXCEPTION 'the schema pgtend is there already and is not that of the SQL pack';
    END IF;
  ELSE
    CREATE SCHEMA pgtend;
    -- Default privileges may have let others in: who may use the pack is granted, never inherited.
    FOR grantee IN
      SELECT DISTINCT a.grantee FROM pg_namespace n, aclexplode(n.nspacl) a
      WHERE n.nspname = 'pgtend' AND a.grantee <> n.nspowner
    LOOP
      EXECUTE format('REVOKE ALL ON SCHEMA pgtend FROM %s',
        CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END);
    END LOOP;
  END IF;
END
$$;

COMMENT ON SCHEMA pgtend IS 'pgtend SQL pack, version 2';
