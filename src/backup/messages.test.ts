import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMessageScanner } from './messages.ts'

const message = fc.record({
  type: fc.constantFrom('Q', 'Z', 'D', 'S'),
  content: fc.uint8Array({ maxLength: 40 }),
})

test.each(['client', 'server'] as const)('finds the messages of a %s, however they are cut', (side) => {
  fc.assert(
    fc.property(
      fc.array(message),
      fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }),
      (messages, cuts) => {
        const all = messages.map(({ type, content }, i) => {
          const untyped = side === 'client' && i === 0
          const head = Buffer.alloc(untyped ? 4 : 5)
          if (!untyped) head.write(type)
          head.writeUInt32BE(content.length + 4, head.length - 4)
          return { type: untyped ? '' : type, bytes: Buffer.concat([head, content]) }
        })
        const stream = Buffer.concat(all.map((m) => m.bytes))
        const scanner = createMessageScanner(side)
        const found: string[] = []
        for (let at = 0, n = 0; at < stream.length; n++) {
          const size = cuts[n % cuts.length] as number
          found.push(...scanner.push(stream.subarray(at, at + size)))
          at += size
        }
        expect(found).toEqual(all.map((m) => m.type))
      },
    ),
  )
})
