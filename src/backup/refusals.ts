import type { Refusal } from './apply.ts'
import type { Manifest } from './manifest.ts'

/** What a throw-away server made of npm packages does not have, whatever the backup holds. */
const ROOTS = [
  /^extension "[^"]*" is not available$/,
  /^could not open extension control file/,
  /^could not access file "[^"]*"/,
  /^could not load library/,
  /^collation "[^"]*" for encoding "[^"]*" does not exist$/,
  /^could not create locale/,
  /^ICU is not supported in this build$/,
  /^extension "[^"]*" must be installed in schema/,
]

/** Something is not there, or can't be used: consequences of what failed before. */
const CONSEQUENCES = new Set([
  '42704',
  '42883',
  '42P01',
  '3F000',
  '42703',
  '42P16',
  '55000',
  '42809',
  '2BP01',
])

/**
 * Parts what this server could never have restored from what should have worked. Only after such a cause may a missing
 * object be its consequence; everything else is an error of the backup.
 */
export function sortRefusals(
  refusals: readonly Refusal[],
  manifest: Pick<Manifest, 'extensions'>,
): { excused: string[]; errors: string[] } {
  const excused: string[] = []
  const errors: string[] = []
  for (const { statement, state, message } of refusals) {
    const text = `${statement.replace(/;$/, '')}: ${message}`
    const preload = /must be loaded via "?shared_preload_libraries/.test(message)
    const known = manifest.extensions.some((e) => statement.includes(e.name))
    if (ROOTS.some((root) => root.test(message)) || (preload && known)) excused.push(text)
    else if (excused.length > 0 && state !== undefined && CONSEQUENCES.has(state)) excused.push(text)
    else if (excused.length > 0 && statement === 'pg_restore') excused.push(text)
    else errors.push(text)
  }
  return { excused, errors }
}
