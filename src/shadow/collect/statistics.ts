const FIXED_OID = 16_384
/** Collations below have the same oid everywhere; those above are made by initdb from what the system has. */
const FIXED_COLLATION = 1000

const slot = (n: number): string =>
  `(stakind${n}, staop${n}, stacoll${n}, stanumbers${n}, stavalues${n}::text)`

/** pg_statistic of the relations in $1 and of their indexes, slot by slot. */
export const STATISTICS = `SELECT starelid::int8 AS relation, staattnum AS number, stainherit AS inherited, stanullfrac AS "nullFraction", stawidth AS width,
  stadistinct AS distinct, (SELECT coalesce(json_agg(json_build_object('kind', kind,
      'operator', CASE WHEN op = 0 THEN NULL WHEN op < ${FIXED_OID} THEN op::oid::text ELSE op::regoperator::text END,
      'collation', CASE WHEN coll < ${FIXED_COLLATION} THEN coll::oid::text ELSE coll::regcollation::text END,
      'numbers', numbers, 'values', vals)), '[]')
    FROM (VALUES ${[1, 2, 3, 4, 5].map(slot).join(', ')}) s(kind, op, coll, numbers, vals) WHERE kind <> 0) AS slots
  FROM pg_statistic WHERE starelid = ANY ($1::oid[]) OR starelid IN (SELECT indexrelid FROM pg_index WHERE indrelid = ANY ($1::oid[]))`

const seen = (kind: number, numbers: string, values: string): string =>
  `(${kind}, ${numbers}, ${values}::text)`

/** What pg_stats shows the role of the same: less, and nothing where row security is on. */
export const VISIBLE_STATISTICS = `SELECT c.oid::int8 AS relation, a.attnum AS number, s.inherited, s.null_frac AS "nullFraction", s.avg_width AS width,
  s.n_distinct AS distinct, (SELECT coalesce(json_agg(json_build_object('kind', kind, 'operator', NULL, 'collation', NULL, 'numbers', numbers, 'values', vals)), '[]')
    FROM (VALUES ${[
      seen(1, 'most_common_freqs', 'most_common_vals'),
      seen(2, 'NULL', 'histogram_bounds'),
      seen(3, 'ARRAY[correlation]', 'NULL'),
      seen(4, 'most_common_elem_freqs', 'most_common_elems'),
      seen(5, 'elem_count_histogram', 'NULL'),
    ].join(', ')}) x(kind, numbers, vals)
    WHERE coalesce(vals, numbers::text, '{NULL}') <> '{NULL}') AS slots
  FROM pg_stats s JOIN pg_namespace n ON n.nspname = s.schemaname JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = s.tablename
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = s.attname
  WHERE c.oid = ANY ($1::oid[]) OR c.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = ANY ($1::oid[]))`

/** Whether pg_statistic and pg_statistic_ext_data themselves may be read. */
export const ACCESS = `SELECT has_table_privilege('pg_catalog.pg_statistic', 'SELECT') AS columns,
  has_table_privilege('pg_catalog.pg_statistic_ext_data', 'SELECT') AS extended`

const bytes = (column: string): string => `encode(${column}::bytea, 'hex')`

/** Extended statistics of the relations in $1; definitions of those in $2 are left out. `data`: whether theirs may be read. */
export const EXTENDED_STATISTICS = (
  major: number,
  data: boolean,
): string => `SELECT s.oid::int8 AS oid, s.stxrelid::int8 AS relation, n.nspname AS schema, s.stxname AS name,
  CASE WHEN s.stxrelid <> ALL ($2::oid[]) THEN pg_get_statisticsobjdef(s.oid) END AS definition,
  NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = s.stxrelid AND a.attnum = ANY (s.stxkeys::int2[]) AND a.atttypid >= ${FIXED_OID}) AS portable,
  ${
    data
      ? `(SELECT coalesce(json_agg(json_build_object('inherited', ${major >= 15 ? 'd.stxdinherit' : 'false'}, 'ndistinct', ${bytes('d.stxdndistinct')},
      'dependencies', ${bytes('d.stxddependencies')}, 'mcv', ${bytes('d.stxdmcv')})), '[]')
    FROM pg_statistic_ext_data d WHERE d.stxoid = s.oid)`
      : `'[]'::json`
  } AS data
  FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE s.stxrelid = ANY ($1::oid[]) ORDER BY s.oid`
