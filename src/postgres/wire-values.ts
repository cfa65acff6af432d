const MINUS = 45
const PLUS = 43
const DOT = 46
const ZERO = 48
/** Below 2^53 and with powers of ten up to 10^22 a double is exact, so that one division rounds correctly. */
const MOST_DIGITS = 16
const POWERS = Array.from({ length: MOST_DIGITS + 1 }, (_, n) => 10 ** n)

/**
 * The number that the bytes spell, equal to what `Number` makes of the text, or NaN where they spell none.
 * Integers and short decimals, which is nearly all that a server sends, are read without making a text.
 */
export function numberAt(buffer: Buffer, from: number, to: number): number {
  let at = from
  const negative = buffer[at] === MINUS
  if (negative) at++
  const digits = to - at
  if (digits > 0 && digits <= MOST_DIGITS + 1) {
    let value = 0
    let decimals = -1
    for (; at < to; at++) {
      const digit = (buffer[at] as number) - ZERO
      if (digit >= 0 && digit <= 9) {
        value = value * 10 + digit
        if (decimals >= 0) decimals++
      } else if (digit === DOT - ZERO && decimals < 0) decimals = 0
      else break
    }
    const exact = decimals >= 0 ? digits - 1 : digits
    if (at === to && decimals !== 0 && exact > 0 && exact !== decimals && value <= Number.MAX_SAFE_INTEGER) {
      const size = decimals > 0 ? value / (POWERS[decimals] as number) : value
      return negative ? -size : size
    }
  }
  // 'Infinity' is a number as well; '' and spaces are none, whatever `Number` says.
  const first = buffer[from]
  if (to === from || (first !== undefined && first <= 32)) return Number.NaN
  return first === PLUS ? Number.NaN : Number(buffer.toString('latin1', from, to))
}

/** Slots of a text reader: as many different texts as repeat in a column, such as kinds and names of methods. */
const SLOTS = 64
const LONGEST = 32

/** Reads texts, and gives the same string again for bytes that it has seen lately: one of each is kept, not thousands. */
export function textReader(): (buffer: Buffer, from: number, to: number) => string {
  const slots: (string | undefined)[] = new Array<string | undefined>(SLOTS).fill(undefined)
  return (buffer, from, to) => {
    const width = to - from
    if (width > LONGEST) return buffer.toString('utf8', from, to)
    let hash = width
    for (let i = from; i < to; i++) hash = (hash * 31 + (buffer[i] as number)) | 0
    const slot = hash & (SLOTS - 1)
    const known = slots[slot]
    if (known !== undefined && spells(known, buffer, from, width)) return known
    const text = buffer.toString('utf8', from, to)
    slots[slot] = text
    return text
  }
}

/** Only ASCII: of other characters a text has fewer than there are bytes, and two texts could look alike. */
function spells(text: string, buffer: Buffer, from: number, width: number): boolean {
  if (text.length !== width) return false
  for (let i = 0; i < width; i++) {
    const byte = buffer[from + i] as number
    if (byte > 127 || text.charCodeAt(i) !== byte) return false
  }
  return true
}
