-- What version 1 had and CREATE OR REPLACE can not turn into version 2: other columns, other names of arguments. Does nothing
-- elsewhere. The views stay, without the functions behind them, and with them whatever somebody built on them.
DO $$
BEGIN
  IF obj_description(to_regnamespace('pgtend'), 'pg_namespace') = 'pgtend SQL pack, version 1' THEN
    CREATE OR REPLACE VIEW pgtend.index_bloat_analysis AS
    SELECT NULL::text AS schema_name, NULL::text AS table_name, NULL::text AS index_name, NULL::bigint AS index_bytes,
      NULL::bigint AS expected_bytes, NULL::bigint AS bloat_bytes, NULL::numeric AS bloat_ratio, NULL::text AS status,
      NULL::text AS note;
    CREATE OR REPLACE VIEW pgtend.table_bloat_analysis AS
    SELECT NULL::text AS schema_name, NULL::text AS table_name, NULL::bigint AS table_bytes, NULL::bigint AS expected_bytes,
      NULL::bigint AS bloat_bytes, NULL::numeric AS bloat_ratio, NULL::text AS status, NULL::bigint AS toast_bytes,
      NULL::bigint AS index_bytes, NULL::bigint AS index_bloat_bytes, NULL::bigint AS indexes_unknown, NULL::text AS note;
    DROP FUNCTION IF EXISTS
      pgtend.estimate_index_bloat,
      pgtend.estimate_row_widths,
      pgtend.estimate_table_bloat,
      pgtend.grade_bloat,
      pgtend.is_stale,
      pgtend.why_unknown;
    COMMENT ON SCHEMA pgtend IS 'pgtend SQL pack, version 2';
  END IF;
END
$$;
