/** Finds the messages in a stream of the PostgreSQL protocol that comes in pieces. */
export interface MessageScanner {
  /** The types of the messages that end in these bytes. A message without a type (the first of a client) is ''. */
  push(bytes: Uint8Array): readonly string[]
}

/** `client`: the first message is a startup message, which has no type. */
export function createMessageScanner(side: 'client' | 'server'): MessageScanner {
  let untyped = side === 'client'
  let head: number[] = []
  /** Bytes of the current message's content that are still to come, once its head is known. */
  let left: number | undefined
  const size = () => (untyped ? 4 : 5)
  return {
    push(bytes) {
      const ended: string[] = []
      let at = 0
      while (at < bytes.length || left === 0) {
        if (left === undefined) {
          head.push(bytes[at++] as number)
          if (head.length < size()) continue
          const [a, b, c, d] = head.slice(-4) as [number, number, number, number]
          left = a * 0x1000000 + (b << 16) + (c << 8) + d - 4
        } else {
          const step = Math.min(left, bytes.length - at)
          at += step
          left -= step
        }
        if (left > 0) continue
        ended.push(untyped ? '' : String.fromCharCode(head[0] as number))
        untyped = false
        head = []
        left = undefined
      }
      return ended
    },
  }
}
