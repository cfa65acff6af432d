import { AppError } from '../core/errors.ts'
import { quoteIdentifier } from '../core/identifier.ts'
import type { BulkSession } from '../postgres/bulk-session.ts'
import { writeCompressed } from './files.ts'
import type { SourceTable } from './inventory.ts'
import {
  LARGE_OBJECTS_BEFORE,
  LARGE_OBJECTS_COPY,
  largeObjectPieces,
  largeObjectsAfter,
} from './large-objects.ts'
import type { BackedSequence, BackupFile } from './manifest.ts'
import { BUILT_IN_MAJOR, pgDumpWasm } from './pg-dump-wasm.ts'
import { BESIDE_WAIT, type Source } from './source.ts'

/** What an engine is told: where from, where to, and whom to tell how far it is, by pages copied. */
export interface DumpOptions {
  readonly source: Source
  readonly folder: string
  readonly signal: AbortSignal
  readonly onPages: (pages: number, table: string) => void
}

export interface Dumped {
  readonly files: readonly BackupFile[]
  /** By the table's name in SQL. */
  readonly fileOf: ReadonlyMap<string, string>
}

/**
 * Our own engine: pg_dump in WebAssembly for what defines the database, COPY for the rows. The files are SQL; in the order
 * of their names they are a script for psql.
 */
export async function dumpBuiltIn(options: DumpOptions): Promise<Dumped> {
  const { source, folder, signal } = options
  const { session, inventory } = source
  const { major } = session.capabilities
  if (major > BUILT_IN_MAJOR)
    throw new AppError(
      'backup-failed',
      `the built-in pg_dump reads servers up to PostgreSQL ${BUILT_IN_MAJOR}, this is ${major}: install pg_dump ${major}`,
    )
  const write = (name: string, ...parts: Parameters<typeof writeCompressed>[2]) =>
    writeCompressed(folder, name, parts, signal)

  const definitions = async (): Promise<readonly BackupFile[]> => {
    const before = await pgDump(source, 'pre-data', signal)
    const after = await pgDump(source, 'post-data', signal)
    return [await write('10-pre-data.sql.gz', before), await write('50-post-data.sql.gz', after)]
  }
  const rows = async () => {
    const files: BackupFile[] = []
    const fileOf = new Map<string, string>()
    for (const [i, table] of inventory.tables.entries()) {
      const name = `20-data-${String(i + 1).padStart(5, '0')}.sql.gz`
      const copy = copyInto(table)
      const file = await write(name, copy, session.copyOut(copyFrom(table)), '\\.\n')
      files.push({ ...file, copy })
      fileOf.set(table.sql, name)
      options.onPages(table.pages, table.sql)
    }
    if (inventory.sequences.length > 0)
      files.push(await write('30-sequences.sql.gz', inventory.sequences.map(setval).join('')))
    if (inventory.largeObjects > 0) {
      files.push(await write('40-large-objects.sql.gz', LARGE_OBJECTS_BEFORE))
      const pieces = await write(
        '41-large-objects.sql.gz',
        LARGE_OBJECTS_COPY,
        largeObjectPieces(session),
        '\\.\n',
      )
      files.push({ ...pieces, copy: LARGE_OBJECTS_COPY })
      files.push(await write('42-large-objects.sql.gz', await largeObjectsAfter(session)))
    }
    return { files, fileOf }
  }
  // The definitions first: from then on nobody's wish to change a table can come between.
  const defined = await definitions()
  const copied = await rows()
  const files = [...defined, ...copied.files].sort((a, b) => (a.name < b.name ? -1 : 1))
  return { files, fileOf: copied.fileOf }
}

async function pgDump(
  source: Source,
  section: 'pre-data' | 'post-data',
  signal: AbortSignal,
): Promise<string> {
  // It makes its own transaction from the snapshot, with locks of its own.
  const session: BulkSession = await source.beside(false)
  const { major } = session.capabilities
  const args = [`--section=${section}`, `--snapshot=${source.snapshot}`, '--encoding=UTF8']
  const sql = await pgDumpWasm(session, [...args, `--lock-wait-timeout=${BESIDE_WAIT}`], signal)
  // pg_dump 18 always writes it, older servers don't know it.
  const known = major >= 17 ? sql : sql.replace(/^SET transaction_timeout = 0;\n/m, '')
  return section === 'pre-data' ? `${known}\nSET lc_monetary = 'C';\n` : known
}

const columnsOf = ({ columns }: SourceTable): string =>
  columns.length === 0 ? '' : ` (${columns.map(quoteIdentifier).join(', ')})`

function copyFrom(table: SourceTable): string {
  if (table.where === undefined) return `COPY ${table.sql}${columnsOf(table)} TO STDOUT`
  const columns = table.columns.map(quoteIdentifier).join(', ')
  return `COPY (SELECT ${columns} FROM ONLY ${table.sql} ${table.where}) TO STDOUT`
}

function copyInto(table: SourceTable): string {
  const { into } = table
  const target = into ? `${quoteIdentifier(into.schema)}.${quoteIdentifier(into.name)}` : table.sql
  return `COPY ${target}${columnsOf(table)} FROM stdin;\n`
}

function setval({ schema, name, value, called }: BackedSequence): string {
  const sequence = `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`.replaceAll("'", "''")
  return `SELECT pg_catalog.setval('${sequence}', ${value}, ${called});\n`
}
