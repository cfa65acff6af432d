import type { ScanToken } from 'libpg-query'
import { tokensOf } from './parse.ts'
import type { Source } from './source.ts'

/** Bytes `from` to before `to` are replaced by `text`. */
export interface Edit {
  readonly from: number
  readonly to: number
  readonly text: string
}

/** The text with all edits made; they must not overlap. */
export function splice(source: Source, edits: readonly Edit[]): string {
  const bytes = Buffer.from(source.text)
  const parts: Buffer[] = []
  let at = 0
  for (const edit of [...edits].sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (edit.from < at) throw new Error(`edits overlap at byte ${edit.from}`)
    parts.push(bytes.subarray(at, edit.from), Buffer.from(edit.text))
    at = edit.to
  }
  return Buffer.concat([...parts, bytes.subarray(at)]).toString()
}

/** A statement's tokens, to find where something ends: the tree only tells where it begins. */
export interface Tokens {
  readonly list: readonly ScanToken[]
  /** The token that begins at or after a byte. */
  at(byte: number): ScanToken | undefined
  before(byte: number): ScanToken | undefined
  /**
   * Where what begins at `start` ends: before the first of `stops` (lower case) that is not in parentheses, brackets or CASE, before the
   * parenthesis that closes the one it stands in, or at the end of the text.
   */
  endOf(start: number, stops: readonly string[]): number
  /** The end of the parenthesis that opens at a byte. */
  closing(open: number): number
}

const OPENS = new Set(['(', '[', 'case'])
const CLOSES = new Set([')', ']', 'end'])

export function tokensIn(source: Source): Tokens {
  const list = tokensOf(source.text)
  const word = (t: ScanToken): string => t.text.toLowerCase()
  const at = (byte: number) => list.find((t) => t.start >= byte)
  return {
    list,
    at,
    before: (byte) => list.findLast((t) => t.end <= byte),
    endOf(start, stops) {
      let depth = 0
      let between = 0
      let last = start
      for (const token of list) {
        if (token.start < start) continue
        const text = word(token)
        if (depth === 0) {
          if (CLOSES.has(text)) break
          // The AND of BETWEEN … AND … ends nothing.
          if (text === 'and' && between > 0) between -= 1
          else if (stops.includes(text)) break
          if (text === 'between') between += 1
        }
        if (OPENS.has(text)) depth += 1
        if (CLOSES.has(text)) depth -= 1
        last = token.end
      }
      return last
    },
    closing(open) {
      let depth = 0
      for (const token of list) {
        if (token.start < open) continue
        if (token.text === '(') depth += 1
        if (token.text === ')') depth -= 1
        if (depth === 0) return token.end
      }
      return source.bytes
    },
  }
}
