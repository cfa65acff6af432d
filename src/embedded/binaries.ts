import { existsSync, readFileSync } from 'node:fs'
import { readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { AppError } from '../core/errors.ts'
import { MAJORS, type Major } from '../core/probe.ts'
import { type Account, canReach } from './account.ts'
import { cached } from './cache.ts'
import { copyTree } from './copy-tree.ts'
import { installCommand } from './versions.ts'

const require = createRequire(import.meta.url)
const PLATFORM = `${process.platform}-${process.arch}`

export interface Binaries {
  /** Of the npm package, such as 17.10.0-beta.17. */
  readonly version: string
  readonly initdb: string
  readonly postgres: string
}

function packageDir(major: Major): string | undefined {
  try {
    return dirname(dirname(require.resolve(`pg${major}-${PLATFORM}`)))
  } catch {
    return undefined
  }
}

/** The majors whose npm binaries are installed for this platform, oldest first. */
export function availableMajors(): Major[] {
  return MAJORS.filter((major) => packageDir(major) !== undefined)
}

/** The programs of a major, in a place that the account can run them from: the package itself or a copy in the cache. */
export async function findBinaries(major: Major, account: Account | undefined): Promise<Binaries> {
  const dir = packageDir(major)
  if (!dir)
    throw new AppError(
      'no-binaries',
      `PostgreSQL ${major} for ${PLATFORM}:\n  ${installCommand(major, PLATFORM)}`,
    )
  const { version } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as { version: string }
  const native = await runnable(dir, version, account)
  return { version, initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') }
}

async function runnable(dir: string, version: string, account: Account | undefined): Promise<string> {
  const native = join(dir, 'native')
  if (canReach(join(native, 'bin', 'postgres'), account)) {
    const linked = await linkLibraries(dir, native).then(
      () => true,
      () => false,
    )
    if (linked) return native
  }
  return cached(`binaries-${version}-${PLATFORM}`, account, async (folder) => {
    await copyTree(native, folder, { worldReadable: true })
    await linkLibraries(dir, folder)
  })
}

/**
 * npm packages can't hold symbolic links. An install script makes them, but newer npm versions don't run it, so what is
 * missing is made here.
 */
async function linkLibraries(dir: string, native: string): Promise<void> {
  const list = join(dir, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[]
  for (const { source, target } of links) {
    const path = join(native, '..', target.replace(/^native/, basename(native)))
    if (existsSync(path)) continue
    await symlink(basename(source), path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}
