import { hostname } from 'node:os'
import type { Owner } from '../core/backup.ts'
import { processStart } from '../embedded/processes.ts'

export const thisProcess = (): Owner => ({
  host: hostname(),
  pid: process.pid,
  started: processStart(process.pid) ?? '',
})

/** Another machine's process can't be looked at: it counts as living for a day. */
export function isAlive(owner: Owner | undefined, since: number): boolean {
  if (!owner) return false
  if (owner.host !== hostname()) return Date.now() - since < 86_400_000
  return processStart(owner.pid) === owner.started
}
