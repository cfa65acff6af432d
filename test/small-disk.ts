/** A real file system that is soon full. */
import { execFileSync } from 'node:child_process'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from './store.ts'

export const run = (command: string, ...args: string[]) => execFileSync(command, args, { stdio: 'ignore' })

/** A tmpfs of so many megabytes, gone after the test; undefined where mounting isn't allowed: then skip, and say so. */
export function mountSmallDisk(megabytes: number): string | undefined {
  const folder = temporaryFolder()
  try {
    run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder)
  } catch {
    return undefined
  }
  onTestFinished(() => void run('umount', '--lazy', folder))
  return folder
}
