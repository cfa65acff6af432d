import { AppError } from '../core/errors.ts'
import { qualifiedName, quoteIdentifier } from '../core/identifier.ts'
import type { BulkSession } from '../postgres/bulk-session.ts'
import type { BackedSequence, Contents } from './manifest.ts'

/** A table to be copied. */
export interface SourceTable {
  readonly oid: string
  /** Its size, for the progress. */
  readonly pages: number
  /** Of its file: another one after a TRUNCATE or a rewrite. */
  readonly filenode: string
  readonly schema: string
  readonly name: string
  readonly sql: string
  /** Those that are stored: generated ones are computed again. */
  readonly columns: readonly string[]
  readonly where?: string
  readonly into?: { readonly schema: string; readonly name: string }
}

export type Inventory = Omit<Contents, 'tables' | 'largeObjects'> & {
  readonly tables: readonly SourceTable[]
  /** Locked with the tables, but without rows of their own. */
  readonly parents: readonly { readonly oid: string; readonly sql: string }[]
  readonly largeObjects: number
  readonly databaseBytes: number
  readonly encoding: string
}

/** Neither the system's nor a session's own. */
const OURS = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`
const memberOf = (catalog: string, oid: string) =>
  `EXISTS (SELECT FROM pg_depend d WHERE d.classid = '${catalog}'::regclass AND d.objid = ${oid} AND d.deptype = 'e')`

/**
 * A table that a hash of an enum's oid spreads over partitions: the oid is another one after a restore, so its rows go
 * in by the top of the partitioning (as pg_dump does since 16).
 */
const TABLES = `
  SELECT c.oid, c.relfilenode AS filenode, n.nspname AS schema, c.relname AS name, c.relkind AS kind, c.relpages AS pages,
    has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE') AS readable,
    row_security_active(c.oid) AS hidden, e.condition,
    (SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a
     WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns,
    (SELECT json_build_object('schema', rn.nspname, 'name', r.relname)
     FROM pg_class r JOIN pg_namespace rn ON rn.oid = r.relnamespace
     WHERE c.relispartition AND c.relkind = 'r' AND r.oid = pg_partition_root(c.oid)
       AND EXISTS (SELECT FROM pg_partition_ancestors(c.oid) p
         JOIN pg_partitioned_table t ON t.partrelid = p.relid AND t.partstrat = 'h'
         JOIN pg_attribute k ON k.attrelid = t.partrelid AND k.attnum = ANY (t.partattrs)
         JOIN pg_type y ON y.oid = k.atttypid WHERE y.typtype IN ('e', 'd'))) AS root
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN LATERAL (SELECT x.extcondition[array_position(x.extconfig, c.oid)] AS condition
      FROM pg_extension x WHERE c.oid = ANY (x.extconfig)) e ON true
  WHERE c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't' AND ${OURS}
    AND (e.condition IS NOT NULL OR NOT ${memberOf('pg_class', 'c.oid')})
  ORDER BY c.relpages DESC, c.oid`

const SEQUENCES = `
  SELECT n.nspname AS schema, c.relname AS name, has_sequence_privilege(c.oid, 'SELECT') AS readable
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND ${OURS}
    AND (NOT ${memberOf('pg_class', 'c.oid')} OR EXISTS (SELECT FROM pg_extension x WHERE c.oid = ANY (x.extconfig)))
  ORDER BY c.oid`

/** Everything else, read alike at the source and in a restored copy. */
export const OBJECTS = `
  SELECT json_build_object(
    'constraints', (SELECT coalesce(json_agg(format('%I.%I %I', n.nspname, coalesce(c.relname, t.typname), k.conname)), '[]')
      FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
        LEFT JOIN pg_class c ON c.oid = k.conrelid LEFT JOIN pg_type t ON t.oid = k.contypid
      WHERE ${OURS} AND k.convalidated AND k.conparentid = 0 AND NOT ${memberOf('pg_class', 'k.conrelid')}
        AND NOT ${memberOf('pg_type', 'k.contypid')} AND c.relpersistence IS DISTINCT FROM 't'),
    'indexes', (SELECT coalesce(json_agg(format('%I.%I', n.nspname, c.relname)), '[]')
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE ${OURS} AND i.indisvalid AND i.indisready AND NOT c.relispartition AND c.relpersistence <> 't'
        AND NOT ${memberOf('pg_class', 'i.indrelid')}),
    'counts', json_build_object(
      'views', (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('v', 'm') AND ${OURS} AND NOT ${memberOf('pg_class', 'c.oid')}),
      'functions', (SELECT count(*) FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace
        WHERE ${OURS} AND NOT ${memberOf('pg_proc', 'f.oid')}
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid AND d.deptype = 'i')),
      'triggers', (SELECT count(*) FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT g.tgisinternal AND ${OURS} AND c.relpersistence <> 't'),
      'policies', (SELECT count(*) FROM pg_policy)))::text AS objects`

const DATABASE = `
  SELECT pg_database_size(oid) AS bytes, pg_encoding_to_char(encoding) AS encoding,
    (SELECT count(*) FROM pg_largeobject_metadata) AS large_objects,
    (SELECT coalesce(json_agg(json_build_object('name', extname, 'version', extversion) ORDER BY extname), '[]')
      FROM pg_extension WHERE extname <> 'plpgsql') AS extensions,
    (SELECT coalesce(json_agg(rolname ORDER BY rolname), '[]') FROM pg_roles
      WHERE rolname !~ '^pg_' AND (oid = 10 OR oid IN (SELECT refobjid FROM pg_shdepend
        WHERE refclassid = 'pg_authid'::regclass AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())))) AS roles,
    (SELECT coalesce(json_agg(DISTINCT s.spcname), '[]') FROM pg_class c JOIN pg_tablespace s ON s.oid = c.reltablespace
      WHERE s.spcname !~ '^pg_') AS tablespaces
  FROM pg_database WHERE datname = current_database()`

type Objects = Pick<Contents, 'constraints' | 'indexes' | 'counts'>
type TextRow = Readonly<Record<string, string | null>>
type Named = { readonly schema: string; readonly name: string }

const sqlName = (row: TextRow | Named): string => qualifiedName(row.schema as string, row.name as string)

/** What is in the database in the session's snapshot. Throws AppError `backup-failed` for what may not be read, with the grant. */
export async function takeInventory(session: BulkSession): Promise<Inventory> {
  const relations = await session.query(TABLES)
  const owned = await session.query(SEQUENCES)
  refuseUnreadable(session.capabilities.user, [...relations.filter((r) => r.kind !== 'f'), ...owned])
  const [database] = await session.query(DATABASE)
  const list = (name: string) => JSON.parse(database?.[name] ?? '[]')
  const tables = relations.filter((r) => r.kind === 'r')
  return {
    tables: tables.map((t) => ({
      ...{ oid: t.oid as string, filenode: t.filenode as string, schema: t.schema as string },
      ...{
        name: t.name as string,
        sql: sqlName(t),
        pages: Number(t.pages),
        columns: JSON.parse(t.columns ?? '[]') as string[],
      },
      ...(t.condition ? { where: t.condition } : {}),
      ...(t.root ? { into: JSON.parse(t.root) } : {}),
    })),
    parents: relations.filter((r) => r.kind === 'p').map((r) => ({ oid: r.oid as string, sql: sqlName(r) })),
    sequences: await readSequences(session, owned as unknown as readonly Named[]),
    ...(await readObjects(session)),
    ...{ largeObjects: Number(database?.large_objects), databaseBytes: Number(database?.bytes) },
    ...{ encoding: database?.encoding ?? 'UTF8', extensions: list('extensions') },
    ...{ roles: list('roles'), tablespaces: list('tablespaces') },
    leftOut: relations.filter((r) => r.kind === 'f').map((r) => `rows of the foreign table ${sqlName(r)}`),
  }
}

export async function readObjects(session: BulkSession): Promise<Objects> {
  const [row] = await session.query(OBJECTS)
  return JSON.parse(row?.objects as string) as Objects
}

/** Of one statement at most: each is a scan in its plan. */
const BATCH = 200

/** The state of sequences. They are no part of any snapshot: what is read is never behind the rows. */
export async function readSequences(
  session: BulkSession,
  sequences: readonly Named[],
): Promise<readonly BackedSequence[]> {
  const found: BackedSequence[] = []
  for (let from = 0; from < sequences.length; from += BATCH) {
    const some = sequences.slice(from, from + BATCH)
    const selects = some.map((s, i) => `SELECT ${i} AS i, last_value, is_called FROM ${sqlName(s)}`)
    for (const row of await session.query(selects.join(' UNION ALL '))) {
      const { schema, name } = some[Number(row.i)] as Named
      const value = row.last_value as string
      found.push({ schema, name, value, called: row.is_called === 't' })
    }
  }
  return found
}

function refuseUnreadable(user: string, relations: readonly TextRow[]): void {
  const names = (rows: readonly TextRow[]) =>
    `${rows.slice(0, 5).map(sqlName).join(', ')}${rows.length > 5 ? ` and ${rows.length - 5} more` : ''}`
  const role = quoteIdentifier(user)
  const denied = relations.filter((r) => r.readable === 'f')
  if (denied.length > 0)
    throw new AppError(
      'backup-failed',
      `${user} may not read ${names(denied)}. GRANT pg_read_all_data TO ${role};`,
    )
  const hidden = relations.filter((r) => r.hidden === 't')
  if (hidden.length > 0)
    throw new AppError(
      'backup-failed',
      `row-level security would hide rows of ${names(hidden)} from ${user}. ALTER ROLE ${role} BYPASSRLS;`,
    )
}
