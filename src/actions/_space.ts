import type { Input, Precondition, Query } from '../core/action.ts'
import { formatBytes } from '../core/format.ts'
import type { Context } from '../core/given.ts'

/** What fits beside any database that isn't full already. */
const LITTLE = 128 * 1024 ** 2
/** Share of a known limit that must stay free. */
const RESERVE = 0.05

export const SPACE_INPUT = {
  type: 'boolean',
  help: 'True once you have looked that the disk has the room that the plan asks for: PostgreSQL can not tell',
  optional: true,
} as const

/**
 * Room on disk for a second copy of `bytes`. PostgreSQL has no way to ask how much is free, so a large one needs a
 * person's word, unless the configuration says how much the database may take.
 */
export async function roomFor(
  query: Query,
  input: Input,
  { limits }: Context,
  bytes: number,
): Promise<Precondition> {
  const needs = `It needs up to ${formatBytes(bytes)} of disk until it is done, and writes about as much WAL`
  const made = (holds: boolean, detail: string): Precondition => ({ name: 'disk space', holds, detail })
  if (limits.storage !== null) {
    const [row] = await query('SELECT pg_database_size(current_database()) AS size')
    const size = Number(row?.size)
    const fits = size + bytes <= limits.storage * (1 - RESERVE)
    const of = `the database has ${formatBytes(size)} of the ${formatBytes(limits.storage)} it may take`
    return made(fits, `${needs}; ${of}`)
  }
  if (bytes <= LITTLE) return made(true, needs)
  if (input.space_checked === true) return made(true, `${needs}. You have said that there is room`)
  return made(
    false,
    `${needs}. PostgreSQL can not tell how much is free: look yourself, then plan again with space_checked`,
  )
}
