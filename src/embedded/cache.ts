import { lstatSync, mkdirSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../core/errors.ts'
import { type Account, canReach } from './account.ts'
import { countFiles } from './copy-tree.ts'

/**
 * Where copies of binaries and empty clusters are kept: `$XDG_CACHE_HOME/pgtend`, else `pgtend-<uid>` in the folder for
 * temporary files. Only a folder that is ours, that nobody else can write to, and that the server's account can enter.
 */
export function cacheDir(account: Account | undefined): string {
  const uid = process.getuid?.() ?? 0
  const home = process.env.XDG_CACHE_HOME
  const tried = [
    ...(home ? [join(home, 'pgtend')] : []),
    join(tmpdir(), `pgtend-${uid}`),
    join('/tmp', `pgtend-${uid}`),
  ]
  const found = tried.find((dir) => usable(dir, uid, account))
  if (found) return found
  throw new AppError(
    'server-failed',
    `no usable cache folder (tried ${[...new Set(tried)].join(', ')}); set XDG_CACHE_HOME to a folder of yours that ${account ? 'every user may enter' : 'you can write to'}`,
  )
}

function usable(dir: string, uid: number, account: Account | undefined): boolean {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o755 })
    const info = lstatSync(dir)
    return info.isDirectory() && info.uid === uid && (info.mode & 0o022) === 0 && canReach(dir, account)
  } catch {
    return false
  }
}

/**
 * The folder of a cache entry, built at most once. Built under a temporary name and renamed, so that processes that start
 * together never see half of one; built anew when a cleaner of temporary files has taken some of its files.
 */
export async function cached(
  name: string,
  account: Account | undefined,
  build: (folder: string) => Promise<unknown>,
): Promise<string> {
  const root = cacheDir(account)
  const entry = join(root, name)
  const tree = join(entry, 'tree')
  if (await whole(entry)) return tree
  const fresh = await mkdtemp(join(root, `${name}.new-`))
  try {
    await chmod(fresh, 0o755)
    await build(join(fresh, 'tree'))
    await writeFile(join(fresh, 'files'), String(await countFiles(join(fresh, 'tree'))))
    await replace(fresh, entry)
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
  return tree
}

async function whole(entry: string): Promise<boolean> {
  const expected = await readFile(join(entry, 'files'), 'utf8').catch(() => '')
  return expected !== '' && Number(expected) === (await countFiles(join(entry, 'tree')))
}

async function replace(fresh: string, entry: string): Promise<void> {
  const renamed = await rename(fresh, entry).then(
    () => true,
    () => false,
  )
  // Somebody was faster, or the old one is damaged.
  if (renamed || (await whole(entry))) return
  await rename(entry, `${fresh}.old`)
  await rename(fresh, entry)
  await rm(`${fresh}.old`, { recursive: true, force: true })
}
