/** Where something stands in a text. */
export interface Position {
  /** Byte offset in UTF-8, from 0, as the syntax tree counts. */
  readonly offset: number
  /** Both from 1; the column in characters. */
  readonly line: number
  readonly column: number
}

/** A text and the ways to count in it: PostgreSQL's tree counts bytes, JavaScript UTF-16 units, people lines and columns. */
export interface Source {
  readonly text: string
  /** Length in bytes. */
  readonly bytes: number
  /** The index in `text` of a byte offset. */
  indexOf(byte: number): number
  position(byte: number): Position
  /** The text between two byte offsets. */
  slice(from: number, to?: number): string
}

export function createSource(text: string): Source {
  const encoded = Buffer.from(text)
  const plain = encoded.length === text.length
  const within = (byte: number): number => Math.max(0, Math.min(byte, encoded.length))
  const before = (byte: number): string =>
    plain ? text.slice(0, within(byte)) : encoded.toString('utf8', 0, within(byte))
  const indexOf = (byte: number): number => (plain ? within(byte) : before(byte).length)
  return {
    text,
    bytes: encoded.length,
    indexOf,
    position(byte) {
      const head = before(byte)
      const line = head.lastIndexOf('\n') + 1
      return {
        offset: within(byte),
        line: head.split('\n').length,
        column: [...head.slice(line)].length + 1,
      }
    },
    slice: (from, to = encoded.length) => text.slice(indexOf(from), indexOf(to)),
  }
}
