import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { pgDump } from '@electric-sql/pglite-tools/pg_dump'
import { createMessageScanner } from './messages.ts'

// pg_dump in WebAssembly reads and writes its socket without letting go of its thread, so it has one of its own and
// waits for the bytes that the main thread passes to and from the server.

const { wire, bell, args } = workerData as { wire: MessagePort; bell: Int32Array; args: string[] }

const sent = createMessageScanner('client')
const received = createMessageScanner('server')
/** Answers under way: each ends with ReadyForQuery. */
let awaited = 0

/** Waits for the next bytes of the server; null when it is gone. */
function receive(): Uint8Array | null {
  for (;;) {
    const rung = Atomics.load(bell, 0)
    const found = receiveMessageOnPort(wire) as { message: Uint8Array | null } | undefined
    if (found) return found.message
    Atomics.wait(bell, 0, rung)
  }
}

const server = {
  query: async () => ({ rows: [{ search_path: '' }] }),
  exec: async () => [],
  execProtocolRawStream(bytes: Uint8Array, { onRawData }: { onRawData: (bytes: Uint8Array) => void }) {
    // The bytes lie in memory that pg_dump goes on to use.
    wire.postMessage(bytes.slice())
    awaited += sent.push(bytes).filter((type) => type === '' || type === 'Q' || type === 'S').length
    const parts: Uint8Array[] = []
    while (awaited > 0) {
      const part = receive()
      if (part === null) break
      parts.push(part)
      awaited -= received.push(part).filter((type) => type === 'Z').length
    }
    onRawData(Buffer.concat(parts))
  },
}

try {
  const file = await pgDump({ pg: server as never, args })
  parentPort?.postMessage({ ok: true, sql: await file.text() })
} catch (error) {
  parentPort?.postMessage({ ok: false, error: error instanceof Error ? error.message : String(error) })
}
