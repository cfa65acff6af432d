/** Distinct combinations of columns, by their attnums. */
export interface Combinations {
  readonly columns: readonly number[]
  readonly distinct: number
}

/** Magic, type, number of items. */
const HEADER = 12

/** Reads a pg_ndistinct in hexadecimal (statext_ndistinct_serialize, little endian); what isn't one gives nothing. Pure. */
export function parseDistinct(hex: string | null): Combinations[] {
  if (hex === null) return []
  const bytes = Buffer.from(hex, 'hex')
  const items: Combinations[] = []
  let at = HEADER
  while (at + 12 <= bytes.length) {
    const distinct = bytes.readDoubleLE(at)
    const count = bytes.readInt32LE(at + 8)
    at += 12
    if (count < 0 || at + 2 * count > bytes.length) return items
    items.push({ distinct, columns: Array.from({ length: count }, (_, i) => bytes.readInt16LE(at + 2 * i)) })
    at += 2 * count
  }
  return items
}
