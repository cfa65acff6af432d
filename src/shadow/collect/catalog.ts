/**
 * The catalogue queries: each a SELECT that gives one JSON text per row. $1: oids of relations; $2: oids of those that
 * somebody holds an exclusive lock on, which no function that takes a lock may be asked about.
 * `scope`: `relations` takes $1 and $2.
 */
export interface CatalogQuery {
  readonly sql: (major: number) => string
  readonly scope: 'database' | 'relations'
}

const QUALIFIED = (schema: string, name: string) => `quote_ident(${schema}) || '.' || quote_ident(${name})`

/** Objects of PostgreSQL itself or of an extension. */
const OWN = (catalog: string, oid: string, namespace: string) => `${namespace} NOT IN (
    SELECT oid FROM pg_namespace WHERE nspname IN ('pg_catalog', 'information_schema', 'pg_toast') OR nspname LIKE 'pg\\_temp\\_%')
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = '${catalog}'::regclass AND d.objid = ${oid} AND d.deptype = 'e')`

const COLLATION = (
  collation: string,
  type: string,
) => `CASE WHEN ${collation} <> 0 AND ${collation} <> (SELECT typcollation FROM pg_type WHERE oid = ${type})
    THEN (SELECT ${QUALIFIED('n.nspname', 'o.collname')} FROM pg_collation o JOIN pg_namespace n ON n.oid = o.collnamespace WHERE o.oid = ${collation}) END`

const SETTINGS = [
  ...[
    'work_mem',
    'hash_mem_multiplier',
    'temp_buffers',
    'max_parallel_workers_per_gather',
    'max_parallel_workers',
  ],
  ...[
    'effective_io_concurrency',
    'search_path',
    'timezone',
    'datestyle',
    'intervalstyle',
    'row_security',
    'array_nulls',
  ],
  ...[
    'force_parallel_mode',
    'debug_parallel_query',
    'lc_monetary',
    'lc_time',
    'xmloption',
    'transform_null_equals',
  ],
]

const database: CatalogQuery = {
  scope: 'database',
  sql: (
    major,
  ) => `SELECT d.datname AS name, current_setting('server_version_num')::int AS version, current_user AS "user",
  pg_encoding_to_char(encoding) AS encoding, datcollate AS collate, datctype AS ctype,
  ${major >= 15 ? 'datlocprovider' : "'c'"} AS provider, ${major >= 17 ? 'datlocale' : major >= 15 ? 'daticulocale' : 'NULL'} AS locale,
  current_setting('block_size')::int AS "blockSize"
  FROM pg_database d WHERE datname = current_database()`,
}

const settings: CatalogQuery = {
  scope: 'database',
  sql: () => `SELECT name, reset_val AS value, boot_val AS boot, source FROM pg_settings
  WHERE category LIKE 'Query Tuning%' OR lower(name) IN (${SETTINGS.map((s) => `'${s}'`).join(', ')})`,
}

const roleSettings: CatalogQuery = {
  scope: 'database',
  sql: () => `SELECT r.rolname AS role, d.datname AS database, c AS setting
  FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole LEFT JOIN pg_database d ON d.oid = s.setdatabase, unnest(setconfig) c
  WHERE setdatabase = 0 OR d.datname = current_database()`,
}

const extensions: CatalogQuery = {
  scope: 'database',
  sql: () => `SELECT e.extname AS name, n.nspname AS schema, e.extversion AS version,
  (SELECT coalesce(json_agg(t.typname ORDER BY t.oid), '[]') FROM pg_depend d JOIN pg_type t ON t.oid = d.objid
    WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.classid = 'pg_type'::regclass AND d.deptype = 'e'
      AND t.typtype = 'b' AND t.typcategory <> 'A') AS types
  FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname <> 'plpgsql' ORDER BY e.oid`,
}

const collations: CatalogQuery = {
  scope: 'database',
  sql: (
    major,
  ) => `SELECT n.nspname AS schema, collname AS name, collprovider AS provider, collisdeterministic AS deterministic,
  ${major >= 17 ? 'coalesce(colllocale, collcollate)' : major >= 15 ? 'coalesce(colliculocale, collcollate)' : 'collcollate'} AS locale
  FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace WHERE ${OWN('pg_collation', 'c.oid', 'c.collnamespace')}`,
}

const types: CatalogQuery = {
  scope: 'database',
  sql: () => `SELECT t.oid::int8 AS oid, n.nspname AS schema, t.typname AS name, t.typtype AS kind,
  (SELECT json_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid) AS labels,
  CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END AS base, t.typnotnull AS "notNull",
  (SELECT json_agg(pg_get_constraintdef(oid)) FROM pg_constraint WHERE contypid = t.oid AND contype = 'c') AS checks,
  (SELECT json_agg(json_build_object('name', attname, 'type', format_type(atttypid, atttypmod)) ORDER BY attnum)
    FROM pg_attribute WHERE attrelid = t.typrelid AND attnum > 0 AND NOT attisdropped AND t.typtype = 'c') AS attributes,
  (SELECT format_type(rngsubtype, NULL) FROM pg_range WHERE rngtypid = t.oid) AS subtype,
  ${COLLATION('t.typcollation', 't.typbasetype')} AS collation
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
  WHERE (t.typtype IN ('e', 'd', 'r') OR t.typtype = 'c' AND EXISTS (SELECT FROM pg_class WHERE oid = t.typrelid AND relkind = 'c'))
    AND ${OWN('pg_type', 't.oid', 't.typnamespace')} ORDER BY t.oid`,
}

/** Those that a plan may inline or ask: no triggers, no procedures, no aggregates. */
const functions: CatalogQuery = {
  scope: 'relations',
  sql: () => `SELECT p.oid::int8 AS oid, n.nspname AS schema, p.proname AS name, p.proleakproof AS leakproof, pg_get_userbyid(p.proowner) AS owner,
  CASE WHEN l.lanname IN ('sql', 'plpgsql') AND (p.prosqlbody IS NULL OR cardinality($2::oid[]) = 0) THEN pg_get_functiondef(p.oid) END AS definition
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
  WHERE p.prokind = 'f' AND $1::oid[] IS NOT NULL AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
    AND ${OWN('pg_proc', 'p.oid', 'p.pronamespace')} ORDER BY p.oid`,
}

const relations: CatalogQuery = {
  scope: 'relations',
  sql: () => `SELECT c.oid::int8 AS oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind, pg_get_userbyid(c.relowner) AS owner,
  c.relpages AS pages, c.reltuples AS tuples, c.relallvisible AS "allVisible", c.reloptions AS options,
  CASE WHEN c.relkind IN ('r', 'm') AND free THEN pg_relation_size(c.oid) END AS bytes,
  c.relrowsecurity AS "rowSecurity", c.relforcerowsecurity AS "forceRowSecurity",
  CASE WHEN c.relkind = 'p' AND free THEN pg_get_partkeydef(c.oid) END AS "partitionKey",
  CASE WHEN c.relispartition AND free THEN pg_get_expr(c.relpartbound, c.oid) END AS "partitionBound",
  CASE WHEN c.relkind = 'v' AND free THEN pg_get_viewdef(c.oid) END AS definition,
  pg_stat_get_mod_since_analyze(c.oid) AS modified,
  greatest(pg_stat_get_last_analyze_time(c.oid), pg_stat_get_last_autoanalyze_time(c.oid)) AS "lastAnalyze"
  FROM (SELECT *, oid <> ALL ($2::oid[]) AS free FROM pg_class) c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.oid = ANY ($1::oid[]) AND c.relkind IN ('r', 'p', 'm', 'f', 'v') ORDER BY c.oid`,
}

const columns: CatalogQuery = {
  scope: 'relations',
  sql: () => `SELECT a.attrelid::int8 AS relation, a.attnum AS number, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
  (SELECT CASE WHEN b.typtype = 'e' THEN 'E' ELSE b.typcategory END FROM pg_type b WHERE b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END) AS category,
  a.attnotnull AS "notNull", a.attgenerated AS generated,
  CASE WHEN a.attgenerated <> '' AND a.attrelid <> ALL ($2::oid[]) THEN
    (SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = a.attrelid AND adnum = a.attnum) END AS expression,
  ${COLLATION('a.attcollation', 'a.atttypid')} AS collation, a.attcollation = 100 AS collatable
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
  WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum`,
}

const constraints: CatalogQuery = {
  scope: 'relations',
  sql: () => `SELECT oid::int8 AS oid, conname AS name, contype AS kind, conrelid::int8 AS relation, conindid::int8 AS index, confrelid::int8 AS referenced,
  conparentid::int8 AS parent, conkey AS columns, confkey AS "referencedColumns", pg_get_constraintdef(oid) AS definition
  FROM pg_constraint WHERE conrelid = ANY ($1::oid[]) AND $2::oid[] IS NOT NULL AND contype IN ('p', 'u', 'x', 'c', 'f') ORDER BY oid`,
}

const indexes: CatalogQuery = {
  scope: 'relations',
  sql: () => `SELECT c.oid::int8 AS oid, n.nspname AS schema, c.relname AS name, i.indrelid::int8 AS relation, c.relkind AS kind, m.amname AS method,
  i.indisunique AS unique, i.indisprimary AS primary, i.indisvalid AS valid, i.indisreplident AS "replicaIdentity",
  c.relpages AS pages, c.reltuples AS tuples, CASE WHEN free AND c.relkind = 'i' THEN pg_relation_size(c.oid) END AS bytes,
  i.indkey::int2[] AS columns, i.indnkeyatts AS "keyCount", i.indoption::int2[] AS options,
  (SELECT json_agg(CASE WHEN NOT o.opcdefault THEN CASE WHEN s.nspname = 'pg_catalog' THEN '' ELSE quote_ident(s.nspname) || '.' END || quote_ident(o.opcname) END ORDER BY u.n)
    FROM unnest(i.indclass::oid[]) WITH ORDINALITY u(oid, n) JOIN pg_opclass o ON o.oid = u.oid JOIN pg_namespace s ON s.oid = o.opcnamespace) AS opclasses,
  CASE WHEN free THEN (SELECT json_agg(pg_get_indexdef(c.oid, k, false) ORDER BY k) FROM generate_series(1, i.indnatts) k) END AS keys,
  CASE WHEN free THEN pg_get_expr(i.indpred, i.indrelid) END AS predicate, i.indpred IS NOT NULL AS "hasPredicate",
  CASE WHEN free THEN pg_get_indexdef(c.oid) END AS definition
  FROM (SELECT *, indexrelid <> ALL ($2::oid[]) AND indrelid <> ALL ($2::oid[]) AS free FROM pg_index) i
    JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_am m ON m.oid = c.relam
  WHERE i.indrelid = ANY ($1::oid[]) AND i.indislive ORDER BY c.oid`,
}

const inheritance: CatalogQuery = {
  scope: 'relations',
  sql: () => `SELECT inhrelid::int8 AS child, inhparent::int8 AS parent, inhseqno AS sequence FROM pg_inherits
  WHERE (inhrelid = ANY ($1::oid[]) OR inhrelid IN (SELECT indexrelid FROM pg_index WHERE indrelid = ANY ($1::oid[])))
    AND $2::oid[] IS NOT NULL ORDER BY inhrelid, inhseqno`,
}

const policies: CatalogQuery = {
  scope: 'relations',
  sql: () => `SELECT polrelid::int8 AS relation, polname AS name, polpermissive AS permissive, polcmd AS command,
  (SELECT coalesce(json_agg(rolname), '[]') FROM pg_roles WHERE oid = ANY (polroles)) AS roles,
  pg_get_expr(polqual, polrelid) AS using, pg_get_expr(polwithcheck, polrelid) AS check
  FROM pg_policy WHERE polrelid = ANY ($1::oid[]) AND polrelid <> ALL ($2::oid[]) ORDER BY oid`,
}

export const CATALOG = {
  database,
  settings,
  roleSettings,
  extensions,
  collations,
  types,
  functions,
  relations,
  columns,
  constraints,
  indexes,
  inheritance,
  policies,
} as const satisfies Readonly<Record<string, CatalogQuery>>
