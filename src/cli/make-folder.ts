import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '../core/errors.ts'

/**
 * Makes a folder with those above it, readable by its owner only. One at a time: below /proc, where nothing can be made,
 * Node's own recursive mkdir never comes back. Throws AppError `store-failed`.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await make(path)
  } catch (error) {
    throw new AppError('store-failed', `${path}: ${(error as Error).message}`, { cause: error })
  }
}

async function make(path: string): Promise<void> {
  const there = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
  if (there) return
  const above = dirname(path)
  if (above !== path) await make(above)
  await mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    // Another process was quicker.
    if (error.code !== 'EEXIST') throw error
  })
}
