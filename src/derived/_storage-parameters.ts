import type { Row } from '../core/table.ts'
import type storageParameters from '../probes/storage-parameters.ts'
import { memoized } from './_names.ts'

/** Storage parameters of one relation by name. */
export type Parameters = ReadonlyMap<string, string>

/** Storage parameters of those relations that have any. */
export const parametersByOid = memoized(
  (rows: readonly Row<typeof storageParameters>[]): ReadonlyMap<number, Parameters> =>
    new Map(
      rows.map(({ oid, options }) => [
        oid,
        new Map(
          options.map((option): [string, string] => {
            const at = option.indexOf('=')
            return [option.slice(0, at), option.slice(at + 1)]
          }),
        ),
      ]),
    ),
)

/** A number that was set, or undefined. */
export function numberParameter(set: Parameters | undefined, name: string): number | undefined {
  const text = set?.get(name)
  const value = text === undefined ? Number.NaN : Number(text)
  return Number.isFinite(value) ? value : undefined
}

/** Yes or no as PostgreSQL reads it: any beginning of true, false, yes and no; on, off, 1, 0. */
export function booleanParameter(set: Parameters | undefined, name: string): boolean | undefined {
  const text = set?.get(name)?.trim()
  if (text === undefined) return undefined
  if (/^(t(r(ue?)?)?|y(es?)?|on|1)$/i.test(text)) return true
  if (/^(f(a(l(se?)?)?)?|no?|off?|0)$/i.test(text)) return false
  return undefined
}
