import { constants } from 'node:fs'
import { chmod, chown, copyFile, mkdir, readdir, readlink, stat, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Account } from './account.ts'

export interface CopyOptions {
  /** Who owns the copy; the running user by default. */
  owner?: Account | undefined
  /** Lets everybody read the copy, whatever the modes of the original. */
  worldReadable?: boolean
  /** Leaves an entry out, by its path inside the tree. */
  skip?: (path: string) => boolean
}

/** Copies a folder and counts its files. What vanishes while it is being copied is left out: the source may be a live server. */
export function copyTree(from: string, to: string, options: CopyOptions = {}): Promise<number> {
  return copyFolder(from, to, '', options)
}

async function copyFolder(from: string, to: string, inside: string, o: CopyOptions): Promise<number> {
  const source = join(from, inside)
  const entries = await gone(readdir(source, { withFileTypes: true }))
  if (!entries) return 0
  const target = join(to, inside)
  await mkdir(target, { recursive: true })
  await own(target, (await stat(source)).mode, o)
  const counts = await Promise.all(
    entries.map(async (entry) => {
      const path = join(inside, entry.name)
      if (o.skip?.(path)) return 0
      if (entry.isDirectory()) return copyFolder(from, to, path, o)
      return copyEntry(join(from, path), join(to, path), entry.isSymbolicLink(), o)
    }),
  )
  return counts.reduce((sum, n) => sum + n, 0)
}

async function copyEntry(from: string, to: string, link: boolean, o: CopyOptions): Promise<number> {
  if (link) {
    await symlink(await readlink(from), to)
    return 1
  }
  const info = await gone(stat(from))
  if (!info?.isFile()) return 0
  const copied = await gone(copyFile(from, to, constants.COPYFILE_FICLONE).then(() => true))
  if (!copied) return 0
  await own(to, info.mode, o)
  return 1
}

async function own(path: string, mode: number, o: CopyOptions): Promise<void> {
  const open = mode & 0o100 ? 0o055 : 0o044
  await chmod(path, (o.worldReadable ? mode | open : mode) & 0o777)
  if (o.owner) await chown(path, o.owner.uid, o.owner.gid)
}

async function gone<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** How many files a folder holds; 0 when there is none. */
export async function countFiles(folder: string): Promise<number> {
  const entries = await gone(readdir(folder, { withFileTypes: true, recursive: true }))
  return entries?.filter((e) => !e.isDirectory()).length ?? 0
}
