import type { TextResult } from './connection.ts'

type Reader = (text: string) => unknown

const NUMBER: Reader = Number

/** By type oid (src/include/catalog/pg_type.dat); what isn't here stays a text. */
const READERS: ReadonlyMap<number, Reader> = new Map<number, Reader>([
  [16, (text) => text === 't'],
  [20, NUMBER],
  [21, NUMBER],
  [23, NUMBER],
  [26, NUMBER],
  [700, NUMBER],
  [701, NUMBER],
  [1700, NUMBER],
  [114, (text) => JSON.parse(text) as unknown],
  [3802, (text) => JSON.parse(text) as unknown],
])

/** A result as objects: numbers, booleans and JSON as such, everything else as PostgreSQL's text. Pure. */
export function typedRows({ fields, types, rows }: TextResult): Record<string, unknown>[] {
  const readers = types.map((type) => READERS.get(type))
  return rows.map((row) =>
    Object.fromEntries(
      fields.map((name, i) => {
        const text = row[i] ?? null
        return [name, text === null ? null : (readers[i]?.(text) ?? text)]
      }),
    ),
  )
}
