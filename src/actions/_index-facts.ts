import type { Cleanup, Query } from '../core/action.ts'
import type { Context } from '../core/given.ts'
import { qualifiedName } from '../core/identifier.ts'
import { cannotPlan, findRelation, nameOf, type Relation } from './_relation.ts'

/** An index with all that decides whether it may go and how it is made again. */
export interface IndexFacts extends Relation {
  readonly table_oid: number
  readonly table_schema: string
  readonly table_name: string
  readonly size: number
  readonly scans: number
  readonly valid: boolean
  readonly primary: boolean
  readonly unique: boolean
  readonly exclusion: boolean
  readonly replica_identity: boolean
  /** It is the part of a partitioned index, which alone may be dropped. */
  readonly part_of: string | null
  readonly constraint: string | null
  /** A foreign key that relies on it. */
  readonly foreign_key: string | null
  readonly extension: string | null
  /** Process that builds it now. */
  readonly builder: number | null
  /** Statements that make it again, in order, as text ready to run. */
  readonly definition: readonly string[]
}

/**
 * All of one index. The statements that make it again: in its tablespace, without blocking, then its comment, statistics
 * targets and clustering, none of which pg_get_indexdef tells.
 */
const SQL = `SELECT i.indrelid AS table_oid, tn.nspname AS table_schema, t.relname AS table_name,
  pg_relation_size(c.oid) AS size, coalesce(pg_stat_get_numscans(c.oid), 0) AS scans, i.indisvalid AS valid, i.indisprimary AS primary,
  i.indisunique AS unique, i.indisexclusion AS exclusion, i.indisreplident AS replica_identity,
  (SELECT format('%I', p.relname) FROM pg_inherits h JOIN pg_class p ON p.oid = h.inhparent WHERE h.inhrelid = c.oid) AS part_of,
  (SELECT conname FROM pg_constraint WHERE conindid = c.oid AND contype IN ('p', 'u', 'x') LIMIT 1) AS constraint,
  (SELECT conname FROM pg_constraint WHERE conindid = c.oid AND contype = 'f' LIMIT 1) AS foreign_key,
  (SELECT extname FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' LIMIT 1) AS extension,
  (SELECT pid FROM pg_stat_progress_create_index WHERE index_relid = c.oid LIMIT 1) AS builder,
  array_to_json(array_remove(ARRAY[
    format('SET default_tablespace = %s', CASE WHEN s.spcname IS NULL THEN '''''' ELSE quote_ident(s.spcname) END),
    regexp_replace(pg_get_indexdef(c.oid), '^CREATE (UNIQUE )?INDEX ', 'CREATE \\1INDEX CONCURRENTLY '),
    'RESET default_tablespace',
    'COMMENT ON INDEX ' || format('%I.%I', n.nspname, c.relname) || ' IS ' || quote_literal(obj_description(c.oid, 'pg_class')),
    CASE WHEN i.indisclustered THEN format('ALTER TABLE %I.%I CLUSTER ON %I', tn.nspname, t.relname, c.relname) END
  ] || ARRAY(SELECT format('ALTER INDEX %I.%I ALTER COLUMN %s SET STATISTICS %s', n.nspname, c.relname, attnum, attstattarget)
    FROM pg_attribute WHERE attrelid = c.oid AND attstattarget >= 0 ORDER BY attnum), NULL)) AS definition
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
  LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace WHERE i.indexrelid = $1::oid`

/** Finds an index that is not the parent of partitions' indexes. Throws AppError `cannot-plan`. */
export async function findIndex(
  query: Query,
  context: Context,
  schema: string,
  name: string,
): Promise<IndexFacts> {
  const relation = await findRelation(query, context, schema, name, 'i')
  const [row] = await query(SQL, [relation.oid])
  if (!row) throw cannotPlan(`${qualifiedName(schema, name)} was dropped meanwhile`)
  const facts = { ...relation, ...row } as unknown as IndexFacts
  if (facts.builder !== null)
    throw cannotPlan(`${qualifiedName(schema, name)} is being built now, by process ${facts.builder}`)
  return facts
}

/** Throws AppError `cannot-plan` where something relies on the index. */
export function refuseNeeded(index: IndexFacts): void {
  const { constraint, foreign_key, replica_identity, part_of, extension } = index
  const name = nameOf(index)
  if (constraint !== null)
    throw cannotPlan(`${name} belongs to the constraint ${constraint}: drop that, if it is meant`)
  if (foreign_key !== null) throw cannotPlan(`${name} is what the foreign key ${foreign_key} relies on`)
  if (replica_identity) throw cannotPlan(`${name} is the replica identity of its table`)
  if (part_of !== null) throw cannotPlan(`${name} is the part of the partitioned index ${part_of}`)
  if (extension !== null) throw cannotPlan(`${name} belongs to the extension ${extension}`)
}

export const tableOf = (index: IndexFacts) => ({
  oid: index.table_oid,
  schema: index.table_schema,
  name: index.table_name,
})

/** Drops an index of a table by its name, but only while it is invalid: a valid one is somebody's. */
export const dropIfInvalid = (tableOid: number, schema: string, index: string): Cleanup => ({
  when: `SELECT 1 FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE i.indrelid = $1::oid AND n.nspname = $2 AND c.relname = $3 AND NOT i.indisvalid
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p WHERE p.index_relid = c.oid)`,
  values: [tableOid, schema, index],
  sql: `DROP INDEX CONCURRENTLY IF EXISTS ${qualifiedName(schema, index)}`,
})

/** PostgreSQL's NAMEDATALEN − 1. */
const MOST_BYTES = 63

/** A name cut to what PostgreSQL holds, with its ending kept, as makeObjectName does (src/backend/commands/indexcmds.c). */
export function clippedName(name: string, ending = ''): string {
  const room = MOST_BYTES - Buffer.byteLength(ending)
  let clipped = ''
  for (const character of name) {
    if (Buffer.byteLength(clipped + character) > room) break
    clipped += character
  }
  return clipped + ending
}
