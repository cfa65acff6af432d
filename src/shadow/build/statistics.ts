import type { BulkSession } from '../../postgres/bulk-session.ts'
import type { ExtendedStatisticRow, StatisticRow } from '../snapshot.ts'

/** Oid here by oid there, of relations. */
export type OidMap = ReadonlyMap<number, number>

/** A message of a few MB is quick; one of 60 is a risk. */
const BATCH_BYTES = 4_000_000

/**
 * Rows of pg_statistic. Values are read as arrays of the column's type (a domain's base type, so that no CHECK runs);
 * operators and collations that the watched server numbered itself are looked up by name, else the type's default is taken.
 */
const INSERT = `WITH input AS (
  SELECT * FROM json_to_recordset($1::json) AS r(relid oid, attname text, attnum int2, inherited bool, nullfrac real, width int4, dist real, slots json)
), target AS (
  SELECT i.*, a.attnum AS num, a.attcollation AS coll, b.oid AS typ, b.typelem, b.typname,
    (SELECT rngsubtype FROM pg_range WHERE rngtypid = b.oid) AS sub
  FROM input i JOIN pg_attribute a ON a.attrelid = i.relid AND (a.attname = i.attname OR i.attname IS NULL AND a.attnum = i.attnum) AND NOT a.attisdropped
    JOIN pg_type t ON t.oid = a.atttypid JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
), slot AS (
  SELECT t.relid, t.num, t.inherited, n, kind, numbers, vals, x.elem,
    CASE WHEN op ~ '^[0-9]+$' THEN op::oid WHEN op IS NOT NULL AND to_regoperator(op) IS NOT NULL THEN to_regoperator(op)::oid
      ELSE coalesce((SELECT amopopr FROM pg_opclass c JOIN pg_amop o ON o.amopfamily = c.opcfamily AND o.amoplefttype = c.opcintype AND o.amoprighttype = c.opcintype
        WHERE c.opcmethod = 403 AND c.opcdefault AND o.amopstrategy = CASE WHEN kind IN (2, 3) THEN 1 ELSE 3 END
          AND (c.opcintype = x.elem OR c.opcintype = CASE (SELECT typtype FROM pg_type WHERE oid = x.elem) WHEN 'e' THEN 3500 WHEN 'r' THEN 3831 WHEN 'm' THEN 4537 END
            OR c.opcintype = 2277 AND (SELECT typcategory FROM pg_type WHERE oid = x.elem) = 'A' OR c.opcintype = 25 AND x.elem IN (1043, 25))
        ORDER BY c.opcintype = x.elem DESC LIMIT 1), 0) END AS op,
    CASE WHEN sc ~ '^[0-9]+$' AND sc <> '100' THEN sc::oid WHEN sc IS NULL OR sc = '100' THEN t.coll ELSE coalesce(to_regcollation(sc)::oid, t.coll) END AS coll
  FROM target t, ROWS FROM (json_to_recordset(t.slots) AS (kind int2, "operator" text, "collation" text, numbers real[], "values" text)) WITH ORDINALITY AS s(kind, op, sc, numbers, vals, n),
    LATERAL (SELECT CASE WHEN kind IN (4, 5) THEN CASE WHEN t.typname = 'tsvector' THEN 25 WHEN t.typelem <> 0 THEN t.typelem ELSE 25 END ELSE t.typ END AS elem) x
  WHERE kind < 100
), filled AS (
  SELECT *, CASE WHEN vals IS NOT NULL THEN array_in(vals::cstring, CASE WHEN kind = 6 THEN 701 ELSE elem END, -1) END AS arr FROM slot
)
INSERT INTO pg_statistic SELECT t.relid, t.num, t.inherited, t.nullfrac, t.width, t.dist,
  ${[1, 2, 3, 4, 5].map((n) => `coalesce(s${n}.kind, 0)`).join(', ')}, ${[1, 2, 3, 4, 5].map((n) => `coalesce(s${n}.op, 0)`).join(', ')},
  ${[1, 2, 3, 4, 5].map((n) => `CASE WHEN s${n}.op IS NULL THEN 0 ELSE s${n}.coll END`).join(', ')},
  ${[1, 2, 3, 4, 5].map((n) => `s${n}.numbers`).join(', ')}, ${[1, 2, 3, 4, 5].map((n) => `s${n}.arr`).join(', ')}
FROM target t ${[1, 2, 3, 4, 5].map((n) => `LEFT JOIN filled s${n} ON s${n}.relid = t.relid AND s${n}.num = t.num AND s${n}.inherited = t.inherited AND s${n}.n = ${n}`).join('\n  ')}`

interface Input {
  readonly relid: number
  readonly attname: string | null
  readonly attnum: number
  readonly inherited: boolean
  readonly nullfrac: number
  readonly width: number
  readonly dist: number
  readonly slots: StatisticRow['slots']
}

/** Puts statistics in, in place of what is there for the same relations. Returns those that could not be put in, with the reason. */
export async function restoreStatistics(
  session: BulkSession,
  rows: readonly StatisticRow[],
  oids: OidMap,
  columnName: (relation: number, number: number) => string | undefined,
): Promise<{ readonly relation: number; readonly reason: string }[]> {
  const input = rows.flatMap((row): { from: StatisticRow; input: Input }[] => {
    const relid = oids.get(row.relation)
    if (relid === undefined) return []
    const { inherited, nullFraction: nullfrac, width, distinct: dist, slots } = row
    const attname = columnName(row.relation, row.number) ?? null
    return [
      { from: row, input: { relid, attname, attnum: row.number, inherited, nullfrac, width, dist, slots } },
    ]
  })
  const failed: { relation: number; reason: string }[] = []
  const put = async (part: typeof input): Promise<void> => {
    try {
      await session.query(INSERT, [JSON.stringify(part.map((p) => p.input))])
    } catch (error) {
      const [only] = part
      if (part.length === 1 && only) {
        failed.push({ relation: only.from.relation, reason: (error as Error).message })
        return
      }
      const half = Math.ceil(part.length / 2)
      await put(part.slice(0, half))
      await put(part.slice(half))
    }
  }
  await session.query('DELETE FROM pg_statistic WHERE starelid = ANY ($1::oid[])', [
    [...new Set(input.map((i) => i.input.relid))],
  ])
  for (const part of batches(input, (i) => JSON.stringify(i.input.slots).length)) await put(part)
  return failed
}

function batches<T>(items: readonly T[], size: (item: T) => number): T[][] {
  const parts: T[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const item of items) {
    const own = size(item)
    if (bytes + own > BATCH_BYTES) {
      parts.push([])
      bytes = 0
    }
    parts.at(-1)?.push(item)
    bytes += own
  }
  return parts
}

/** Bytes can be read as these types only by a cast that PostgreSQL doesn't bring. */
export const EXTENDED_CASTS = ['pg_ndistinct', 'pg_dependencies', 'pg_mcv_list']
  .map((type) => `CREATE CAST (bytea AS pg_catalog.${type}) WITHOUT FUNCTION`)
  .join(';\n')

/** Data of extended statistics. The values of most common lists hold oids where a type isn't built in: those are left out. */
export async function restoreExtended(
  session: BulkSession,
  rows: readonly ExtendedStatisticRow[],
  major: number,
): Promise<void> {
  const input = rows.flatMap((row) =>
    row.data.map((d) => ({
      schema: row.schema,
      name: row.name,
      inherited: d.inherited,
      nd: d.ndistinct,
      dep: d.dependencies,
      mcv: row.portable ? d.mcv : null,
    })),
  )
  if (input.length === 0) return
  const inherit = major >= 15 ? ['stxdinherit, ', 'r.inherited, '] : ['', '']
  const bytes = (column: string, type: string) => `decode(${column}, 'hex')::pg_catalog.${type}`
  const named = `(SELECT s.oid, r.* FROM json_to_recordset($1::json) AS r(schema text, name text, inherited bool, nd text, dep text, mcv text)
    JOIN pg_namespace n ON n.nspname = r.schema JOIN pg_statistic_ext s ON s.stxnamespace = n.oid AND s.stxname = r.name) r`
  const values = [JSON.stringify(input)]
  // CREATE STATISTICS makes an empty row on 14.
  await session.query(`DELETE FROM pg_statistic_ext_data WHERE stxoid IN (SELECT oid FROM ${named})`, values)
  await session.query(
    `INSERT INTO pg_statistic_ext_data (stxoid, ${inherit[0]}stxdndistinct, stxddependencies, stxdmcv)
    SELECT r.oid, ${inherit[1]}${bytes('nd', 'pg_ndistinct')}, ${bytes('dep', 'pg_dependencies')}, ${bytes('mcv', 'pg_mcv_list')} FROM ${named}`,
    values,
  )
}
