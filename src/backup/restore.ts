import type { LeftOut } from '../core/backup.ts'
import { AppError } from '../core/errors.ts'
import { plural } from '../core/format.ts'
import { quoteIdentifier } from '../core/identifier.ts'
import { type BulkSession, openBulkSession } from '../postgres/bulk-session.ts'
import type { ConnectionSpec } from '../postgres/url.ts'
import { applyFiles } from './apply.ts'
import { damages } from './files.ts'
import { leavingOut } from './leave-out.ts'
import type { Progress } from './make.ts'
import type { Manifest } from './manifest.ts'
import { DUMP, type NativeTools, pgRestore } from './native.ts'
import { leftOutOf, withoutRights } from './native-rights.ts'
import { settle } from './source.ts'

export interface RestoreOptions {
  readonly folder: string
  readonly manifest: Manifest
  readonly spec: ConnectionSpec
  readonly environment: Readonly<Record<string, string>>
  /** Restore beside what is there. Where an object exists already, it fails and nothing is changed. */
  readonly force: boolean
  /** Leave out what the role has no right to, where the rows are worth having without it. */
  readonly leaveOut: boolean
  readonly tools: (major: number) => Promise<NativeTools | undefined>
  readonly signal: AbortSignal
  readonly onProgress: (progress: Progress) => void
}

export interface Restored {
  readonly tables: number
  readonly rows: number
  readonly seconds: number
  /** In the order in which they are to be run. */
  readonly leftOut: readonly LeftOut[]
}

/** Statements named in an error. */
const NAMED = 5
/** What pg_restore says where the role has no right. */
const RIGHTS = /must be (?:owner|member|superuser|able to SET ROLE)|permission denied/

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
    const restore = manifest.method === 'pg_dump' ? restoreNative : restoreBuiltIn
    const leftOut = await restore(session, o)
    await session.end()
    const rows = manifest.tables.reduce((sum, t) => sum + t.rows, 0)
    const seconds = (performance.now() - began) / 1000
    return { tables: manifest.tables.length, rows, seconds, leftOut }
  } catch (error) {
    stop()
    signal.throwIfAborted()
    if (error instanceof AppError) throw error
    throw new AppError('restore-failed', (error as Error).message, { cause: error })
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

async function restoreBuiltIn(session: BulkSession, o: RestoreOptions): Promise<readonly LeftOut[]> {
  const { folder, manifest, signal } = o
  const leftOut: LeftOut[] = []
  // After each file: definitions come before the rows, which take long.
  const agreed = () => {
    if (leftOut.length > 0 && !o.leaveOut) throw new AppError('restore-rights', summaryOf(leftOut))
  }
  await session.query('BEGIN')
  await settle(session, true)
  await applyFiles({
    ...{ session, folder, manifest, signal },
    run: leavingOut(session, (left) => void leftOut.push(left)),
    onProgress(step, done) {
      agreed()
      o.onProgress({ step, done })
    },
    onRefusal: ({ statement, message }) => {
      throw new AppError('restore-failed', `${message} (${statement})`)
    },
  })
  agreed()
  o.onProgress({ step: 'Committing', done: 1 })
  await session.query('COMMIT')
  return leftOut
}

function summaryOf(leftOut: readonly LeftOut[]): string {
  const named = leftOut.slice(0, NAMED).map((l) => `${l.statement} (${l.reason})`)
  const more = leftOut.length > NAMED ? [`and ${leftOut.length - NAMED} more`] : []
  return [`${plural(leftOut.length, 'statement')} of it the role may not run:`, ...named, ...more].join(
    '\n  ',
  )
}

async function restoreNative(session: BulkSession, o: RestoreOptions): Promise<readonly LeftOut[]> {
  const { folder, manifest } = o
  const dump = `${folder}/${DUMP}`
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
  const restore = (args: readonly string[]) =>
    pgRestore(
      tools,
      ['--single-transaction', '--exit-on-error', ...args, dump],
      o.environment,
      (table) => o.onProgress({ step: `Restoring ${table}`, done: ++tables / manifest.tables.length }),
      o.signal,
    )
  const problems = await (o.leaveOut ? withoutRights(tools, dump, restore) : restore([]))
  if (problems)
    throw new AppError(RIGHTS.test(problems) && !o.leaveOut ? 'restore-rights' : 'restore-failed', problems)
  return o.leaveOut ? leftOutOf(tools, dump, o.spec.user) : []
}

/** What would fail in the middle is told before the first statement. */
async function refuse(
  session: BulkSession,
  { manifest, force, leaveOut, spec }: RestoreOptions,
): Promise<void> {
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
  if (roles.length > 0 && !leaveOut) {
    const fix = roles.map((name) => `CREATE ROLE ${quoteIdentifier(name)};`).join(' ')
    throw because(`roles are no part of a backup, and these are not there. ${fix}`)
  }
  const extensions = await missing(
    session,
    manifest.extensions.map((e) => e.name),
    'SELECT name FROM pg_available_extensions',
  )
  if (extensions.length > 0) throw because(`the server does not have the extensions ${extensions.join(', ')}`)
  const closed = (await session.query(ONLY_ADMINISTRATORS, [manifest.extensions.map((e) => e.name)])).map(
    (row) => `CREATE EXTENSION ${quoteIdentifier(row.name as string)};`,
  )
  if (closed.length > 0)
    throw because(
      `only an administrator can install some of its extensions. There, first: ${closed.join(' ')}`,
    )
  const spaces = await missing(session, manifest.tablespaces, 'SELECT spcname AS name FROM pg_tablespace')
  if (spaces.length > 0) throw because(`the server does not have the tablespaces ${spaces.join(', ')}`)
}

/** Of these, those not there that this role may not make: the newest version needs a superuser and is not trusted. */
const ONLY_ADMINISTRATORS = `
  SELECT e.name FROM pg_available_extensions e
  JOIN pg_available_extension_versions v ON v.name = e.name AND v.version = e.default_version
  WHERE e.name = ANY ($1::text[]) AND e.installed_version IS NULL AND v.superuser AND NOT v.trusted
    AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
  ORDER BY e.name`

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
