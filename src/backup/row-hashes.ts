import { qualifiedName } from '../core/identifier.ts'
import type { BulkSession } from '../postgres/bulk-session.ts'

/** A table whose rows are to be counted and hashed. */
interface Hashed {
  readonly schema: string
  readonly name: string
  readonly where?: string
}

/**
 * Count and hash of a table's rows. `t.*` is the row even where a column is called t; one table only, since partitions and
 * children are tables of their own. `deep`: of a partitioned table with all of its partitions.
 */
export async function hashRows(
  session: BulkSession,
  table: Hashed,
  deep = false,
): Promise<{ rows: number; hash: string }> {
  const from = `${deep ? '' : 'ONLY '}${qualifiedName(table.schema, table.name)}`
  const [row] = await session.query(
    `SELECT count(*) AS rows, coalesce(sum(hashtextextended((t.*)::text COLLATE "C", 0)), 0) AS hash
     FROM ${from} AS t ${table.where ?? ''}`,
  )
  return { rows: Number(row?.rows), hash: row?.hash as string }
}

/** Bytes of a large object that are read or written at once. */
export const PIECE = 524_288

/** Every large object in pieces: its number, where the piece begins, the bytes. An empty one is a piece of none. */
export const LARGE_OBJECT_PIECES = `
  SELECT o.oid, p.at, lo_get(o.oid, p.at, ${PIECE}) AS data
  FROM (SELECT oid, lo_lseek64(fd, 0, 2) + 0 * lo_close(fd) AS size
    FROM (SELECT oid, lo_open(oid, 262144) AS fd FROM pg_largeobject_metadata ORDER BY oid OFFSET 0) AS opened OFFSET 0) AS o,
    LATERAL generate_series(0, greatest(o.size - 1, 0), ${PIECE}) AS p (at)`

export async function hashLargeObjects(session: BulkSession): Promise<{ count: number; hash: string }> {
  const [row] = await session.query(
    `SELECT count(DISTINCT oid) AS count,
       coalesce(sum(hashtextextended(oid::text || ' ' || at::text || ' ' || encode(sha256(data), 'hex'), 0)), 0) AS hash
     FROM (${LARGE_OBJECT_PIECES}) AS pieces`,
  )
  return { count: Number(row?.count), hash: row?.hash as string }
}
