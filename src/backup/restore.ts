import { AppError } from '../core/errors.ts'
import { quoteIdentifier } from '../core/identifier.ts'
import { type BulkSession, openBulkSession } from '../postgres/bulk-session.ts'
import type { ConnectionSpec } from '../postgres/url.ts'
import { applyFiles } from './apply.ts'
import { damages } from './files.ts'
import type { Progress } from './make.ts'
import type { Manifest } from './manifest.ts'
import { DUMP, type NativeTools, pgRestore } from './native.ts'
import { settle } from './source.ts'

export interface RestoreOptions {
  readonly folder: string
  readonly manifest: Manifest
  readonly spec: ConnectionSpec
  readonly environment: Readonly<Record<string, string>>
  /** Restore beside what is there. Where an object exists already, it fails and nothing is changed. */
  readonly force: boolean
  readonly tools: (major: number) => Promise<NativeTools | undefined>
  readonly signal: AbortSignal
  readonly onProgress: (progress: Progress) => void
}

export interface Restored {
  readonly tables: number
  readonly rows: number
  readonly seconds: number
}

/** Restores a backup into a database, in one transaction: all of it or nothing. Throws AppError. */
export async function restoreBackup(o: RestoreOptions): Promise<Restored> {
  const began = performance.now()
  const { folder, manifest, signal } = o
  o.onProgress({ step: 'Checking the files', done: 0 })
  const damaged = await damages(folder)
  if (damaged.length > 0) throw new AppError('backup-damaged', damaged.join('; '))
  const session = await openBulkSession(o.spec, 'pgtend restore')
  const stop = () => session.destroy('the restore was stopped')
  signal.addEventListener('abort', stop, { once: true })
  try {
    await refuse(session, o)
    if (manifest.method === 'pg_dump') await restoreNative(session, o)
    else await restoreBuiltIn(session, o)
    await session.end()
  } catch (error) {
    stop()
    signal.throwIfAborted()
    if (error instanceof AppError) throw error
    throw new AppError('restore-failed', (error as Error).message, { cause: error })
  } finally {
    signal.removeEventListener('abort', stop)
  }
  const rows = manifest.tables.reduce((sum, t) => sum + t.rows, 0)
  return { tables: manifest.tables.length, rows, seconds: (performance.now() - began) / 1000 }
}

async function restoreBuiltIn(session: BulkSession, o: RestoreOptions): Promise<void> {
  const { folder, manifest, signal } = o
  await session.query('BEGIN')
  await settle(session, true)
  await applyFiles({
    ...{ session, folder, manifest, signal },
    onProgress: (step, done) => o.onProgress({ step, done }),
    onRefusal: ({ statement, message }) => {
      throw new AppError('restore-failed', `${message} (${statement})`)
    },
  })
  o.onProgress({ step: 'Committing', done: 1 })
  await session.query('COMMIT')
}

async function restoreNative(session: BulkSession, o: RestoreOptions): Promise<void> {
  const { folder, manifest } = o
  const needed = Number(/\d+/.exec(manifest.tool)?.[0])
  const tools = await o.tools(needed)
  if (!tools)
    throw new AppError(
      'restore-failed',
      `it was made by ${manifest.tool} and needs pg_restore ${needed} or newer, which is not here`,
    )
  // pg_restore has a connection of its own.
  await session.end()
  let tables = 0
  const problems = await pgRestore(
    tools,
    ['--single-transaction', '--exit-on-error', `${folder}/${DUMP}`],
    o.environment,
    (table) => o.onProgress({ step: `Restoring ${table}`, done: ++tables / manifest.tables.length }),
    o.signal,
  )
  if (problems) throw new AppError('restore-failed', problems)
}

/** What would fail in the middle is told before the first statement. */
async function refuse(session: BulkSession, { manifest, force, spec }: RestoreOptions): Promise<void> {
  const { major, role } = session.capabilities
  const because = (detail: string) => new AppError('restore-failed', detail)
  if (role === 'standby') throw because(`${spec.redacted} is a standby: it can not be written to`)
  if (major < manifest.server.major)
    throw because(`the backup is of PostgreSQL ${manifest.server.major}, the server there is ${major}`)
  const there = await contentsOf(session)
  if (there.length > 0 && !force) {
    const more = there.length > 3 ? ` and ${there.length - 3} more` : ''
    throw new AppError('not-empty', `${spec.redacted} holds ${there.slice(0, 3).join(', ')}${more}`)
  }
  const roles = await missing(session, manifest.roles, 'SELECT rolname AS name FROM pg_roles')
  if (roles.length > 0) {
    const fix = roles.map((name) => `CREATE ROLE ${quoteIdentifier(name)};`).join(' ')
    throw because(`roles are no part of a backup, and these are not there. ${fix}`)
  }
  const extensions = await missing(
    session,
    manifest.extensions.map((e) => e.name),
    'SELECT name FROM pg_available_extensions',
  )
  if (extensions.length > 0) throw because(`the server does not have the extensions ${extensions.join(', ')}`)
  const spaces = await missing(session, manifest.tablespaces, 'SELECT spcname AS name FROM pg_tablespace')
  if (spaces.length > 0) throw because(`the server does not have the tablespaces ${spaces.join(', ')}`)
}

async function missing(session: BulkSession, names: readonly string[], known: string): Promise<string[]> {
  const there = new Set((await session.query(known)).map((row) => row.name))
  return names.filter((name) => !there.has(name))
}

/** Everything of users in a database, by name. What extensions brought is nobody's. */
async function contentsOf(session: BulkSession): Promise<string[]> {
  const rows = await session.query(`
    SELECT what FROM (
      SELECT 'pg_class'::regclass AS catalog, c.oid, c.relnamespace AS schema, format('%I.%I', n.nspname, c.relname) AS what
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND c.relpersistence <> 't'
      UNION ALL SELECT 'pg_proc'::regclass, f.oid, f.pronamespace, format('function %I.%I', n.nspname, f.proname)
      FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace
      UNION ALL SELECT 'pg_type'::regclass, t.oid, t.typnamespace, format('type %I.%I', n.nspname, t.typname)
      FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype IN ('e', 'd', 'r')
      UNION ALL SELECT 'pg_largeobject'::regclass, oid, 2200, 'large object ' || oid FROM pg_largeobject_metadata
    ) AS o
    WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = o.catalog AND d.objid = o.oid AND d.deptype = 'e')
      AND NOT EXISTS (SELECT FROM pg_namespace n WHERE n.oid = o.schema AND (n.nspname ~ '^pg_' OR n.nspname = 'information_schema'))
    ORDER BY what LIMIT 1000`)
  return rows.map((row) => row.what as string)
}
