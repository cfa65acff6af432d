import type { Socket } from 'node:net'

/** Takes the rows of one result as they come off the wire: no object and no text is made of what isn't asked for. */
export interface RowReceiver {
  /** A DataRow message's content from `at` on: the number of columns, then each one's length and bytes. */
  row(buffer: Buffer, at: number): void
}

const DATA_ROW = 'D'.charCodeAt(0)
const READY = 'Z'.charCodeAt(0)
const HEADER = 5
const NOTHING = Buffer.alloc(0)

/**
 * Stands between the socket and pg: DataRow messages of a result that somebody wants to receive go there, all others on
 * to pg. To be called after the login, while nothing is under way. Protocol: PostgreSQL documentation, 55.7.
 * The returned function must be called once for each query that is sent, in their order.
 */
export function divertRows(stream: Socket): (receiver: RowReceiver | undefined) => void {
  const listeners = stream.listeners('data') as ((chunk: Buffer) => void)[]
  stream.removeAllListeners('data')
  const pass = (bytes: Buffer): void => {
    if (bytes.length > 0) for (const listener of listeners) listener(bytes)
  }
  /** One entry for each query that has not ended yet; `first` is the one that the server answers now. */
  const expected: (RowReceiver | undefined)[] = []
  let rest: Buffer = NOTHING

  /** Hands on all whole messages; returns what follows them. */
  const take = (buffer: Buffer): Buffer => {
    let at = 0
    let from = 0
    while (at + HEADER <= buffer.length) {
      const end = at + 1 + buffer.readUInt32BE(at + 1)
      if (end > buffer.length) break
      const code = buffer[at]
      if (code === DATA_ROW && expected[0] !== undefined) {
        if (at > from) pass(buffer.subarray(from, at))
        expected[0].row(buffer, at + HEADER)
        from = end
      } else if (code === READY) {
        expected.shift()
        pass(buffer.subarray(from, end))
        from = end
      }
      at = end
    }
    pass(buffer.subarray(from, at))
    return at === buffer.length ? NOTHING : buffer.subarray(at)
  }

  stream.on('data', (chunk: Buffer) => {
    let bytes = chunk
    // Only the message that two chunks share is put together: to copy whole chunks would double what a reading allocates.
    while (rest.length > 0 && bytes.length > 0) {
      const length = rest.length < HEADER ? HEADER : 1 + rest.readUInt32BE(1)
      const missing = bytes.subarray(0, length - rest.length)
      bytes = bytes.subarray(missing.length)
      rest = take(Buffer.concat([rest, missing]))
    }
    if (bytes.length > 0) rest = take(bytes)
  })
  return (receiver) => void expected.push(receiver)
}
