import { formatCount, plural } from '../core/format.ts'
import { qualifiedName } from '../core/identifier.ts'
import type { BulkSession } from '../postgres/bulk-session.ts'
import { readObjects, readSequences } from './inventory.ts'
import type { BackedSequence, BackedTable, Manifest } from './manifest.ts'
import { hashLargeObjects, hashRows } from './row-hashes.ts'

interface Compared {
  readonly wrong: readonly string[]
  readonly notVerifiable: readonly string[]
  readonly summary: string
}

/**
 * Compares a restored database with what the manifest says that the source held: rows by number and hash, sequences, large
 * objects, constraints, indexes. `incomplete`: something could not be restored here for a reason that is none of the
 * backup's, so that what is absent is not proved rather than wrong.
 */
export async function compareContents(
  session: BulkSession,
  manifest: Manifest,
  incomplete: boolean,
  signal: AbortSignal,
): Promise<Compared> {
  const wrong: string[] = []
  const notVerifiable: string[] = []
  const absent = (what: string) => (incomplete ? notVerifiable : wrong).push(`${what} was not restored`)
  const there = await existing(session)
  let [tables, rows] = [0, 0]
  for (const table of merged(manifest.tables)) {
    signal.throwIfAborted()
    const name = qualifiedName(table.schema, table.name)
    if (!there.has(name)) {
      absent(`table ${name}`)
      continue
    }
    const found = await hashRows(session, table, table.deep)
    if (found.rows !== table.rows) wrong.push(`${name} has ${plural(found.rows, 'row')}, not ${table.rows}`)
    else if (found.hash !== table.hash) wrong.push(`the rows of ${name} are not what they were`)
    tables++
    rows += found.rows
  }
  const known: BackedSequence[] = []
  for (const s of manifest.sequences) {
    const name = qualifiedName(s.schema, s.name)
    if (there.has(name)) known.push(s)
    else absent(`sequence ${name}`)
  }
  const found = await readSequences(session, known)
  const sequences = new Map(found.map((s) => [qualifiedName(s.schema, s.name), s]))
  for (const s of known) {
    const name = qualifiedName(s.schema, s.name)
    const found = sequences.get(name)
    if (found?.value !== s.value || found.called !== s.called)
      wrong.push(`the sequence ${name} stands at ${found?.value}, not ${s.value}`)
  }
  if (manifest.largeObjects.count > 0) {
    const found = await hashLargeObjects(session)
    if (found.count !== manifest.largeObjects.count)
      wrong.push(`${found.count} large objects, not ${manifest.largeObjects.count}`)
    else if (found.hash !== manifest.largeObjects.hash) wrong.push('large objects are not what they were')
  }
  const objects = await readObjects(session)
  const [constraints, indexes] = [new Set(objects.constraints), new Set(objects.indexes)]
  for (const name of manifest.constraints) if (!constraints.has(name)) absent(`constraint ${name}`)
  for (const name of manifest.indexes) if (!indexes.has(name)) absent(`index ${name}`)
  for (const [kind, count] of Object.entries(manifest.counts)) {
    const found = objects.counts[kind] ?? 0
    if (found < count) absent(`${count - found} of ${count} ${kind}`)
  }
  const summary = `${plural(tables, 'table')} with ${formatCount(rows)} rows, ${plural(known.length, 'sequence')}, ${plural(manifest.constraints.length, 'constraint')} and ${plural(manifest.indexes.length, 'index', 'indexes')} are as they were.`
  return { wrong, notVerifiable, summary }
}

type Expected = Pick<BackedTable, 'schema' | 'name' | 'where' | 'rows' | 'hash'> & { readonly deep: boolean }

/** Partitions whose rows may have moved to another one are compared together, as the table above them. */
function merged(tables: readonly BackedTable[]): Expected[] {
  const found = new Map<string, Expected>()
  for (const table of tables) {
    const of = table.into ?? table
    const name = qualifiedName(of.schema, of.name)
    const before = found.get(name)
    found.set(name, {
      ...{ schema: of.schema, name: of.name, deep: table.into !== undefined },
      ...(table.where === undefined ? {} : { where: table.where }),
      rows: (before?.rows ?? 0) + table.rows,
      hash: String(BigInt(before?.hash ?? 0) + BigInt(table.hash)),
    })
  }
  return [...found.values()]
}

async function existing(session: BulkSession): Promise<ReadonlySet<string>> {
  const rows = await session.query(
    `SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'S')`,
  )
  return new Set(rows.map((r) => qualifiedName(r.schema as string, r.name as string)))
}
