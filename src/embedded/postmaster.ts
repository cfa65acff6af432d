import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../core/errors.ts'
import { type Account, canReach } from './account.ts'
import type { Binaries } from './binaries.ts'
import { serverEnvironment } from './cluster.ts'
import { forget, stopWithProcess } from './exit.ts'
import { listenArguments } from './settings.ts'

/** Crash recovery of a large data directory takes its time. */
const START_SECONDS = 180

/** How long a server may take to end before it is asked more firmly. */
const STOP_SECONDS = 30

/** Beside the data directory, so that a copy of the data doesn't take it along. Holds the current run. */
export const logFileOf = (dataDir: string) => `${dataDir}.log`

/** Why PostgreSQL ended at start. */
export interface StartFailure {
  readonly reason: 'port' | 'lock' | 'other'
  readonly log: string
}

export type Started = { child: ChildProcess } | { failure: StartFailure }

/** Starts PostgreSQL on the data directory and waits until it takes connections. */
export async function startPostmaster(
  binaries: Binaries,
  dataDir: string,
  port: number,
  account: Account | undefined,
): Promise<Started> {
  const log = logFileOf(dataDir)
  if (existsSync(log)) truncateSync(log)
  const output = openSync(log, 'a', 0o600)
  // Under a folder that the account can't enter (root's home), an open folder handed over as file 3 is still a way in.
  const folder = canReach(dataDir, account) ? undefined : openSync(dataDir, 'r')
  const child = spawn(
    binaries.postgres,
    ['-D', folder === undefined ? dataDir : '/proc/self/fd/3', ...listenArguments(port)],
    {
      cwd: '/',
      env: serverEnvironment(),
      stdio: ['ignore', output, output, ...(folder === undefined ? [] : [folder])],
      // A session of its own: Ctrl+C in the terminal is for this process, which stops the server in order.
      detached: true,
      ...account,
    },
  )
  closeSync(output)
  if (folder !== undefined) closeSync(folder)
  await spawned(child, binaries.postgres)
  const pid = child.pid as number
  const handle = { stop: () => stopPostmaster(child, 'fast'), signalStop: () => child.kill('SIGINT') }
  stopWithProcess(handle)
  child.once('exit', () => forget(handle))
  const until = Date.now() + START_SECONDS * 1000
  while (child.exitCode === null && child.signalCode === null) {
    if (isReady(dataDir, pid)) return { child }
    if (Date.now() > until) {
      child.kill('SIGQUIT')
      throw new AppError('server-failed', `not ready after ${START_SECONDS} s\n${logTail(dataDir)}`)
    }
    await sleep(15)
  }
  return { failure: explain(dataDir) }
}

async function spawned(child: ChildProcess, program: string): Promise<void> {
  try {
    // Rejects with what is emitted as 'error'.
    await once(child, 'spawn')
  } catch (error) {
    throw new AppError('server-failed', `${program}: ${(error as Error).message}`, { cause: error })
  }
}

/** Asks for a shutdown, more firmly after each half minute. */
export async function stopPostmaster(child: ChildProcess, mode: 'fast' | 'immediate'): Promise<void> {
  const signals = ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const
  for (const signal of signals.slice(mode === 'fast' ? 0 : 1)) {
    child.kill(signal)
    if (await exits(child, STOP_SECONDS)) return
  }
  throw new AppError('server-failed', `process ${child.pid} does not end`)
}

/** Whether the process ends within the time. */
export async function exits(child: ChildProcess, seconds: number): Promise<boolean> {
  if (child.exitCode !== null || child.signalCode !== null) return true
  return once(child, 'exit', { signal: AbortSignal.timeout(seconds * 1000) }).then(
    () => true,
    () => false,
  )
}

/** The postmaster writes its state into line 8 of postmaster.pid. */
function isReady(dataDir: string, pid: number): boolean {
  try {
    const lines = readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')
    return Number(lines[0]) === pid && /^(ready|standby)/.test(lines[7] ?? '')
  } catch {
    return false
  }
}

function explain(dataDir: string): StartFailure {
  const log = logTail(dataDir)
  if (/could not bind|could not create any TCP/.test(log)) return { reason: 'port', log }
  if (/lock file ".*" already exists|pre-existing shared memory block/.test(log))
    return { reason: 'lock', log }
  return { reason: 'other', log }
}

/** The last lines of the server's log. */
export function logTail(dataDir: string, lines = 12): string {
  try {
    return readFileSync(logFileOf(dataDir), 'utf8').trimEnd().split('\n').slice(-lines).join('\n')
  } catch {
    return ''
  }
}
