import { realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError } from '../core/errors.ts'

/** The account that a server runs as. PostgreSQL refuses uid 0. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

const NOBODY: Account = { uid: 65534, gid: 65534 }

/** The account to drop to; undefined when this process may run PostgreSQL itself. */
export function serverAccount(dataDir?: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  if (process.platform !== 'linux')
    throw new AppError('server-failed', 'PostgreSQL refuses to run as root; run pgtend as an ordinary user')
  // Data that an ordinary user made stays theirs.
  const owner = dataDir === undefined ? undefined : statSync(dataDir, { throwIfNoEntry: false })
  return owner && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : NOBODY
}

/** Whether the account can enter every folder above `path` and read `path` itself, by mode bits. */
export function canReach(path: string, account: Account | undefined): boolean {
  if (!account) return true
  let at = realpathSync(path)
  if (!allows(at, account, statSync(at).isDirectory() ? 5 : 4)) return false
  while (dirname(at) !== at) {
    at = dirname(at)
    if (!allows(at, account, 1)) return false
  }
  return true
}

function allows(path: string, account: Account, bits: number): boolean {
  const { uid, gid, mode } = statSync(path)
  const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0
  return ((mode >> shift) & bits) === bits
}
