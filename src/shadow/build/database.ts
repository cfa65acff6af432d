import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { quoteIdentifier, quoteLiteral } from '../../core/identifier.ts'
import type { DatabaseRow } from '../snapshot.ts'
import { BUILDER } from './accounts.ts'
import type { Cluster } from './cluster.ts'
import { icuLocale } from './type-ddl.ts'

const WEEK_MS = 7 * 86_400_000

/** The database of a target in the cluster: from what identifies the target, for example its URL without the password. */
export const databaseName = (key: string): string =>
  `t_${createHash('sha256').update(key).digest('hex').slice(0, 20)}`

/** A database for the key that nobody in this process plans in; a second planner of one target gets one of its own. */
export function claimDatabase(cluster: Cluster, key: string): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? databaseName(key) : `${databaseName(key)}_${n}`
    if (cluster.inUse.has(name)) continue
    cluster.inUse.add(name)
    return name
  }
}

/** Beside the data directory: what each database was built from. */
const notesDir = (cluster: Cluster): string => `${cluster.server.dataDir}.targets`
const noteFile = (cluster: Cluster, database: string): string => join(notesDir(cluster), `${database}.json`)

/** What a database was built from; undefined when it isn't there or was being built when the process ended. */
export async function readNote<T>(cluster: Cluster, database: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(noteFile(cluster, database), 'utf8')) as T
  } catch {
    return undefined
  }
}

export async function writeNote(cluster: Cluster, database: string, note: unknown): Promise<void> {
  await mkdir(notesDir(cluster), { recursive: true })
  await writeFile(noteFile(cluster, database), JSON.stringify(note), { mode: 0o600 })
}

export const forgetNote = (cluster: Cluster, database: string): Promise<void> =>
  rm(noteFile(cluster, database), { force: true })

/** Databases whose note is gone or a week old. */
export async function dropUnused(cluster: Cluster): Promise<void> {
  const rows = await cluster.admin.query(`SELECT datname AS name FROM pg_database WHERE datname LIKE 't\\_%'`)
  for (const { name } of rows) {
    if (name == null || cluster.inUse.has(name)) continue
    const file = noteFile(cluster, name)
    const fresh = existsSync(file) && Date.now() - (await stat(file)).mtimeMs < WEEK_MS
    if (!fresh) await dropDatabase(cluster, name)
  }
  const names = new Set(rows.map((r) => `${r.name}.json`))
  for (const file of await readdir(notesDir(cluster)).catch(() => []))
    if (!names.has(file)) await rm(join(notesDir(cluster), file), { force: true })
}

export async function dropDatabase(cluster: Cluster, database: string): Promise<void> {
  await forgetNote(cluster, database)
  await cluster.admin.script(`DROP DATABASE IF EXISTS ${quoteIdentifier(database)} WITH (FORCE)`)
}

/**
 * Makes an empty database that orders texts as the watched one does. Resolves to the collation that columns must have
 * where the database can't have it: before 15 ICU is no database's default, and the system's locales may be missing here.
 */
export async function createDatabase(
  cluster: Cluster,
  database: string,
  like: DatabaseRow,
): Promise<string | undefined> {
  const create = `CREATE DATABASE ${quoteIdentifier(database)} OWNER ${BUILDER} TEMPLATE template0 ENCODING ${quoteLiteral(like.encoding)}`
  let failure: unknown
  for (const { options, collation } of locales(cluster.major, like)) {
    try {
      await cluster.admin.script(`${create} ${options}`)
      return collation
    } catch (error) {
      failure = error
    }
  }
  throw failure
}

interface Locale {
  readonly options: string
  readonly collation: string | undefined
}

/** In order of preference. Never C for what isn't: ranges and LIKE would be estimated otherwise. Pure. */
export function locales(major: number, d: DatabaseRow): Locale[] {
  const libc = (collate: string, ctype: string) =>
    `LC_COLLATE ${quoteLiteral(collate)} LC_CTYPE ${quoteLiteral(ctype)}`
  const icu = (locale: string) => `LOCALE_PROVIDER icu ICU_LOCALE ${quoteLiteral(locale)} ${libc('C', 'C')}`
  const plain = (options: string): Locale => ({ options, collation: undefined })
  if (d.provider === 'i') return [plain(icu(d.locale ?? 'und'))]
  if (d.provider === 'b')
    return [
      plain(`LOCALE_PROVIDER builtin BUILTIN_LOCALE ${quoteLiteral(d.locale ?? 'C')} ${libc('C', 'C')}`),
    ]
  if (d.collate === 'C' || d.collate === 'POSIX') return [plain(libc('C', d.ctype)), plain(libc('C', 'C'))]
  const nearest = icuLocale(d.collate)
  const asked = plain(libc(d.collate, d.ctype))
  // Its order is that of the bytes, as C's is.
  if (/^C\./.test(d.collate)) return [asked, plain(libc('C', 'C'))]
  if (major >= 15) return [asked, plain(icu(nearest)), plain(icu('und'))]
  return [asked, { options: libc('C', 'C'), collation: `pg_catalog.${quoteIdentifier(`${nearest}-x-icu`)}` }]
}
