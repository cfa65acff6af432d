import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { AppError } from '../core/errors.ts'
import type { Dumped, DumpOptions } from './built-in.ts'
import { writeStream } from './files.ts'
import { BESIDE_WAIT } from './source.ts'

/** A pg_dump and the pg_restore beside it. */
export interface NativeTools {
  readonly major: number
  /** As it says: `17.5`. */
  readonly version: string
  readonly pgDump: string
  readonly pgRestore: string
}

/** Where the tools are looked for: `auto`, `built-in` for nowhere, or one folder. */
export type ToolsSetting = string

export const DUMP = 'dump.pgdump'

/** The oldest tools that can read this server, or undefined where there are none: pg_dump refuses servers newer than itself. */
export async function findTools(
  setting: ToolsSetting,
  serverMajor: number,
  env: Readonly<Record<string, string | undefined>>,
): Promise<NativeTools | undefined> {
  if (setting === 'built-in') return undefined
  const folders = setting === 'auto' ? usualFolders(env) : [setting]
  const found = (await Promise.all([...new Set(folders)].map(toolsIn))).filter((t) => t !== undefined)
  const fitting = found.filter((t) => t.major >= serverMajor).sort((a, b) => a.major - b.major)
  if (setting !== 'auto' && fitting.length === 0)
    throw new AppError(
      'backup-failed',
      `${setting} has no pg_dump and pg_restore of PostgreSQL ${serverMajor} or newer`,
    )
  return fitting[0]
}

/** The folders of each version first: on Debian what is on the PATH chooses a version by itself. */
function usualFolders(env: Readonly<Record<string, string | undefined>>): string[] {
  const below = (parent: string, name: RegExp): string[] =>
    existsSync(parent)
      ? readdirSync(parent)
          .filter((f) => name.test(f))
          .map((f) => join(parent, f, 'bin'))
      : []
  return [
    ...below('/usr/lib/postgresql', /^\d+$/),
    ...below('/usr', /^pgsql-\d+$/),
    ...below('/opt/homebrew/opt', /^(libpq|postgresql@\d+)$/),
    ...below('/usr/local/opt', /^(libpq|postgresql@\d+)$/),
    ...(env.PATH ?? '').split(delimiter).filter((folder) => folder.startsWith('/')),
  ]
}

async function toolsIn(folder: string): Promise<NativeTools | undefined> {
  const [pgDump, pgRestore] = [join(folder, 'pg_dump'), join(folder, 'pg_restore')]
  if (!existsSync(pgDump) || !existsSync(pgRestore)) return undefined
  try {
    const { stdout } = await promisify(execFile)(pgDump, ['--version'], { timeout: 10_000 })
    const version = /(\d+)(?:\.\d+|beta\d+|rc\d+|devel)?/.exec(stdout)
    return version ? { major: Number(version[1]), version: version[0], pgDump, pgRestore } : undefined
  } catch {
    return undefined
  }
}

/** The server's own pg_dump, in its custom format. It writes to us and not to a file, so that it ends when we do. */
export async function dumpNative(
  { source, folder, signal, onPages }: DumpOptions,
  environment: Readonly<Record<string, string>>,
  tools: NativeTools,
): Promise<Dumped> {
  const args = ['--format=custom', '--compress=1', '--no-password', '--verbose']
  args.push(`--snapshot=${source.snapshot}`, `--lock-wait-timeout=${BESIDE_WAIT}`)
  const child = start(tools.pgDump, args, environment, signal)
  const pages = new Map(source.inventory.tables.map((t) => [`${t.schema}.${t.name}`, t]))
  const problems = listen(child, (line) => {
    const table = pages.get(/dumping contents of table "(.*)"$/.exec(line)?.[1] ?? '')
    if (table) onPages(table.pages, table.sql)
  })
  const [file, code] = await Promise.all([
    writeStream(folder, DUMP, child.stdout as Readable, signal),
    ended(child),
  ])
  if (code !== 0) throw new AppError('backup-failed', problems() || `pg_dump ended with ${code}`)
  return { files: [file], fileOf: new Map() }
}

/** The SQL of a section of a dump. */
export async function sectionOf(tools: NativeTools, dump: string, section: string): Promise<string> {
  const { stdout } = await promisify(execFile)(tools.pgRestore, ['-f', '-', `--section=${section}`, dump], {
    maxBuffer: 1e9,
    env: { LC_ALL: 'C' },
  })
  return stdout
}

/** Runs pg_restore on a database; resolves to what it complained of, empty when all went well. */
export async function pgRestore(
  tools: NativeTools,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  onTable: (table: string) => void,
  signal: AbortSignal,
): Promise<string> {
  const all = [
    '--no-password',
    '--verbose',
    '--dbname',
    `dbname='${quoted(environment.PGDATABASE)}'`,
    ...args,
  ]
  const child = start(tools.pgRestore, all, environment, signal)
  child.stdout?.resume()
  const problems = listen(child, (line) => {
    const table = /processing data for table "(.*)"$/.exec(line)?.[1]
    if (table !== undefined) onTable(table)
  })
  const code = await ended(child)
  return problems() || (code === 0 ? '' : `pg_restore ended with ${code}`)
}

const quoted = (text = ''): string => text.replace(/[\\']/g, '\\$&')

function start(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): ChildProcess {
  return spawn(program, args, { env, signal, stdio: ['ignore', 'pipe', 'pipe'], killSignal: 'SIGTERM' })
}

/** Hears the lines of stderr; gives those that tell of a problem. */
function listen(child: ChildProcess, onLine: (line: string) => void): () => string {
  const problems: string[] = []
  let rest = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() as string
    for (const line of lines) {
      onLine(line)
      if (
        /: (error|warning|detail|hint): |^(ERROR|DETAIL|HINT|Command was):/.test(line) &&
        problems.length < 20
      )
        problems.push(line.replace(/^[\w-]+: (error: )?/, ''))
    }
  })
  return () => problems.join('\n')
}

async function ended(child: ChildProcess): Promise<number | string> {
  const [code, killedBy] = (await once(child, 'close')) as [number | null, string | null]
  return code ?? killedBy ?? 'an unknown signal'
}
