import { AppError } from '../core/errors.ts'
import type { Entry, Ledger } from '../core/ledger.ts'
import type { Job } from './job.ts'

const MOST = 1_000
/** Shorter beginnings are typing errors rather than ids. */
const LEAST = 4

/** The record of a run, by its id or the beginning of one. Throws AppError `unknown-run`. */
export async function findRun(ledger: Ledger, id: string): Promise<Entry<Job>> {
  const exact = await ledger.get<Job>('job', id)
  if (exact) return exact
  const some = id.length < LEAST ? [] : await ledger.list<Job>('job', { limit: MOST })
  const [found, another] = some.filter((entry) => entry.id.startsWith(id))
  if (another) throw new AppError('unknown-run', `more than one begins with ${id}`)
  if (!found) throw new AppError('unknown-run', `"${id}"`)
  return found
}
