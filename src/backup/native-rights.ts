import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { LeftOut } from '../core/backup.ts'
import { quoteIdentifier } from '../core/identifier.ts'
import { type NativeTools, sectionOf } from './native.ts'
import { splitSql } from './split-sql.ts'

// pg_restore stops at the first statement that the role may not run, so all of a kind are left out, in its table of contents
// and in the list of what is to be run by an administrator alike.
const ENTRIES =
  /^\d+; \d+ \d+ (?:ACL|DEFAULT ACL|COMMENT - (?:EXTENSION|SCHEMA public)|EVENT TRIGGER|PUBLICATION|SUBSCRIPTION|SECURITY LABEL)\b/
const STATEMENTS =
  /^(?:GRANT|REVOKE|ALTER DEFAULT PRIVILEGES|COMMENT ON (?:EXTENSION|SCHEMA public)|(?:CREATE|ALTER) (?:EVENT TRIGGER|PUBLICATION|SUBSCRIPTION)|SECURITY LABEL)\b/
const OWNER = /^ALTER [\s\S]* OWNER TO ((?:"(?:[^"]|"")+"|[^\s";]+));?$/

/** Calls `work` with the arguments of pg_restore that leave out whatever an ordinary role may have no right to. */
export async function withoutRights<T>(
  tools: NativeTools,
  dump: string,
  work: (args: readonly string[]) => Promise<T>,
): Promise<T> {
  const { stdout } = await promisify(execFile)(tools.pgRestore, ['--list', dump], { maxBuffer: 1e9 })
  const folder = await mkdtemp(join(tmpdir(), 'pgtend-restore-'))
  try {
    const list = join(folder, 'list')
    const kept = stdout.split('\n').filter((line) => !ENTRIES.test(line))
    await writeFile(list, kept.join('\n'), { mode: 0o600 })
    return await work(['--no-owner', `--use-list=${list}`])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The statements that `withoutRights` leaves out; what belongs to the restoring role anyway is not among them. */
export async function leftOutOf(tools: NativeTools, dump: string, role: string): Promise<readonly LeftOut[]> {
  const sections = await Promise.all(['pre-data', 'post-data'].map((s) => sectionOf(tools, dump, s)))
  return sections
    .flatMap(splitSql)
    .filter((statement) => {
      const owner = OWNER.exec(statement)?.[1]
      return owner === undefined
        ? STATEMENTS.test(statement)
        : owner !== quoteIdentifier(role) && owner !== role
    })
    .map((statement) => ({ statement, reason: 'only owners and administrators may run it' }))
}
