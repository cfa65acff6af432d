import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../core/errors.ts'
import { isPostgresOn, processStart, recordedPid } from './processes.ts'

/** Beside the data directory: which process started the server on it. */
const fileOf = (dataDir: string) => `${dataDir}.owner`

interface Owner {
  readonly pid: number
  readonly started: string
}

/** The living process that a file names. */
function livingOwner(file: string): Owner | undefined {
  try {
    const owner = JSON.parse(readFileSync(file, 'utf8')) as Owner
    return processStart(owner.pid) === owner.started ? owner : undefined
  } catch {
    return undefined
  }
}

/** Notes that this process runs the server on the data directory; throws `data-in-use` when a living one does. */
export function claim(dataDir: string): void {
  const file = fileOf(dataDir)
  const mine = `${file}.${process.pid}`
  const own: Owner = { pid: process.pid, started: processStart(process.pid) ?? '' }
  writeFileSync(mine, JSON.stringify(own))
  try {
    while (!linked(mine, file)) {
      const owner = livingOwner(file)
      if (owner) throw new AppError('data-in-use', `${dataDir} is used by process ${owner.pid}`)
      setAside(file)
    }
  } finally {
    rmSync(mine)
  }
}

/** Gives the file its second, lasting name, whole from the start; false when somebody has that name. */
function linked(mine: string, file: string): boolean {
  try {
    linkSync(mine, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Removes a dead process's file, but puts it back when it turns out that a living one was faster. */
function setAside(file: string): void {
  const aside = `${file}.${process.pid}.old`
  try {
    renameSync(file, aside)
  } catch {
    return
  }
  if (livingOwner(aside)) linked(aside, file)
  rmSync(aside)
}

export function release(dataDir: string): void {
  rmSync(fileOf(dataDir), { force: true })
}

/** Whether nothing that lives claims the data directory. */
export function isAbandoned(dataDir: string): boolean {
  return livingOwner(fileOf(dataDir)) === undefined
}

/**
 * Ends the server that a killed process left running on the data directory, and removes a postmaster.pid whose process is
 * gone: its number may by now belong to something else, which PostgreSQL would take for the server.
 * Safe without that file: PostgreSQL finds backends that outlived their postmaster by their shared memory.
 */
export async function endOrphan(dataDir: string, onProgress?: (step: string) => void): Promise<void> {
  const pid = recordedPid(dataDir)
  if (pid === undefined) return
  if (isPostgresOn(pid, dataDir)) {
    onProgress?.(`ending the server that an earlier run left behind (process ${pid})`)
    for (const [signal, seconds] of [
      ['SIGINT', 20],
      ['SIGQUIT', 5],
      ['SIGKILL', 5],
    ] as const) {
      process.kill(pid, signal)
      if (await ended(pid, dataDir, seconds)) break
    }
  }
  if (!isPostgresOn(pid, dataDir)) rmSync(join(dataDir, 'postmaster.pid'), { force: true })
}

async function ended(pid: number, dataDir: string, seconds: number): Promise<boolean> {
  const until = Date.now() + seconds * 1000
  while (isPostgresOn(pid, dataDir)) {
    if (Date.now() > until) return false
    await sleep(25)
  }
  return true
}
