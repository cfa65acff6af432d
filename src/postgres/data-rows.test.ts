import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { divertRows } from './data-rows.ts'

const READY = message('Z', Buffer.from('I'))
const content = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes))
/** The answer to one query: messages, of which some are rows, and the end. */
const answer = fc.record({
  wanted: fc.boolean(),
  messages: fc.array(fc.tuple(fc.constantFrom('D', 'T', 'C', '1'), content), { maxLength: 8 }),
})

function message(code: string, bytes: Buffer): Buffer {
  const head = Buffer.alloc(5, code)
  head.writeUInt32BE(bytes.length + 4, 1)
  return Buffer.concat([head, bytes])
}

test('rows that are wanted go to who wants them and all else goes on, wherever the chunks end', () => {
  fc.assert(
    fc.property(
      fc.array(answer, { maxLength: 5 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 30 })),
      (answers, sizes) => {
        const stream = new PassThrough()
        const passed: Buffer[] = []
        stream.on('data', (bytes: Buffer) => passed.push(bytes))
        const expectQuery = divertRows(stream as unknown as Socket)
        const got: Buffer[][] = answers.map(() => [])
        for (const [nth, { wanted }] of answers.entries()) {
          const receiver = {
            row: (b: Buffer, at: number) =>
              got[nth]?.push(Buffer.from(b.subarray(at, at + b.readUInt32BE(at - 4) - 4))),
          }
          expectQuery(wanted ? receiver : undefined)
        }
        const wire = Buffer.concat(
          answers.flatMap(({ messages }) => [
            ...messages.map(([code, bytes]) => message(code, bytes)),
            READY,
          ]),
        )
        for (let at = 0; at < wire.length; ) {
          const size = sizes.next().value as number
          stream.emit('data', wire.subarray(at, at + size))
          at += size
        }
        const isRow = (wanted: boolean, code: string): boolean => wanted && code === 'D'
        expect(got).toEqual(
          answers.map(({ wanted, messages }) =>
            messages.filter(([code]) => isRow(wanted, code)).map(([, bytes]) => bytes),
          ),
        )
        expect(Buffer.concat(passed)).toEqual(
          Buffer.concat(
            answers.flatMap(({ wanted, messages }) => [
              ...messages
                .filter(([code]) => !isRow(wanted, code))
                .map(([code, bytes]) => message(code, bytes)),
              READY,
            ]),
          ),
        )
      },
    ),
  )
})
