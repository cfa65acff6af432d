import { MessageChannel, Worker } from 'node:worker_threads'
import { AppError } from '../core/errors.ts'
import type { BulkSession } from '../postgres/bulk-session.ts'

/** Of the pg_dump in @electric-sql/pglite-tools: it reads servers up to this major. */
export const BUILT_IN_MAJOR = 18

type Answer = { readonly ok: true; readonly sql: string } | { readonly ok: false; readonly error: string }

/**
 * Runs the built-in pg_dump over a session that is already logged in, so that TLS and passwords stay with us, and gives
 * the SQL that it wrote. The session is used up.
 */
export async function pgDumpWasm(
  session: BulkSession,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<string> {
  const { greeting, socket } = await session.takeWire()
  const { port1: wire, port2: theirs } = new MessageChannel()
  const bell = new Int32Array(new SharedArrayBuffer(4))
  const source = import.meta.url.endsWith('.ts') ? './pg-dump-worker.ts' : './pg-dump-worker.js'
  const worker = new Worker(new URL(source, import.meta.url), {
    name: 'pgtend-pg-dump',
    // The address is never used: the session stands already.
    workerData: { wire: theirs, bell, args: ['-d', 'host=/pgtend', ...args] },
    transferList: [theirs],
    // Nothing of how this process was started is for it.
    execArgv: [],
    // What the program says is in its answer.
    stdout: true,
    stderr: true,
  })
  const give = (bytes: Uint8Array | null): void => {
    wire.postMessage(bytes)
    Atomics.add(bell, 0, 1)
    Atomics.notify(bell, 0)
  }
  let greeted = false
  wire.on('message', (bytes: Uint8Array) => {
    // Its first words are a login.
    if (greeted) socket.write(bytes)
    else give(greeting)
    greeted = true
  })
  socket.on('data', give)
  socket.on('close', () => give(null))
  if (socket.destroyed) give(null)
  socket.resume()
  const stop = () => session.destroy('the backup was stopped')
  signal?.addEventListener('abort', stop, { once: true })
  try {
    const answer = await new Promise<Answer>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
      worker.once('exit', () => reject(new Error('its thread has ended')))
    })
    if (!answer.ok) throw new Error(answer.error)
    return answer.sql
  } catch (error) {
    signal?.throwIfAborted()
    throw new AppError('backup-failed', `pg_dump: ${plain((error as Error).message)}`, { cause: error })
  } finally {
    signal?.removeEventListener('abort', stop)
    wire.close()
    session.destroy('pg_dump has ended')
    await worker.terminate()
  }
}

/** Without what only tells of the program's home in WebAssembly. */
const plain = (text: string): string =>
  text
    .replace(/^pg_dump failed with exit code \d+\.\s*Error message:\s*/, '')
    .replace(/^invalid binary "[^"]*": No such file or directory/, '')
    .replaceAll(/[\w.-]+: (error|detail|hint|warning): /g, '$1: ')
    .trim()
