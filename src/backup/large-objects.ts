import type { Readable } from 'node:stream'
import { quoteIdentifier } from '../core/identifier.ts'
import type { BulkSession } from '../postgres/bulk-session.ts'
import { LARGE_OBJECT_PIECES } from './row-hashes.ts'

const TEMPORARY = 'pg_temp.pgtend_large_objects'

/** Run before the pieces are copied in, and the statement that takes them. */
export const LARGE_OBJECTS_BEFORE = `CREATE TEMPORARY TABLE pgtend_large_objects (oid oid, at bigint, data bytea);\n`
export const LARGE_OBJECTS_COPY = `COPY ${TEMPORARY} FROM stdin;\n`

export const largeObjectPieces = (session: BulkSession): Readable =>
  session.copyOut(`COPY (${LARGE_OBJECT_PIECES}) TO STDOUT`)

/** Makes the large objects of the pieces that were copied in, with their owners, grants and comments. */
export async function largeObjectsAfter(session: BulkSession): Promise<string> {
  const objects = await session.query(`
    SELECT o.oid, pg_get_userbyid(o.lomowner) AS owner, quote_literal(obj_description(o.oid, 'pg_largeobject')) AS comment,
      (SELECT json_agg(format('GRANT %s ON LARGE OBJECT %s TO %s%s;', a.privilege_type, o.oid,
          CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
          CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END))
        FROM aclexplode(o.lomacl) AS a WHERE a.grantee <> o.lomowner) AS grants
    FROM pg_largeobject_metadata AS o ORDER BY o.oid`)
  const lines = objects.flatMap(({ oid, owner, comment, grants }) => [
    `ALTER LARGE OBJECT ${oid} OWNER TO ${quoteIdentifier(owner as string)};`,
    ...(grants ? (JSON.parse(grants) as string[]) : []),
    ...(comment ? [`COMMENT ON LARGE OBJECT ${oid} IS ${comment};`] : []),
  ])
  return [
    `SELECT count(pg_catalog.lo_create(oid)) FROM (SELECT DISTINCT oid FROM ${TEMPORARY}) AS o;`,
    `SELECT count(*) FROM (SELECT pg_catalog.lo_put(oid, at, data) FROM ${TEMPORARY}) AS o;`,
    `DROP TABLE ${TEMPORARY};`,
    ...lines,
    '',
  ].join('\n')
}
