import { setImmediate as breathe } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { createAppender } from './append.ts'
import { openDatabase } from './database.ts'
import { storeError } from './failure.ts'
import { readFindings } from './findings.ts'
import { createLedger } from './ledger.ts'
import { type Call, OPENED, type Reply, type Request, toFault } from './protocol.ts'
import { readRange } from './range.ts'
import { type Maintained, maintenance } from './retention.ts'
import { readTargets } from './targets.ts'

// The thread that holds the database: node:sqlite is synchronous, and a commit waits for the disk.

const { path } = workerData as { path: string }
const port = parentPort
if (!port) throw new Error('worker.ts runs only as a worker thread')

const reply = (message: Reply): void => port.postMessage(message)
const failed = (id: number, error: unknown): void =>
  reply({ id, ok: false, fault: toFault(storeError(error, path)) })

try {
  await serve()
  reply({ id: OPENED, ok: true, value: undefined })
} catch (error) {
  failed(OPENED, error)
}

async function serve(): Promise<void> {
  const db = await openDatabase(path)
  const append = createAppender(db)
  const ledger = createLedger(db)
  const running = new Set<Promise<unknown>>()
  let closing = false

  const maintain = async (now: number): Promise<Maintained> => {
    let [rolled, dropped] = [0, 0]
    for (const done of maintenance(db, now)) {
      rolled += done.rolled
      dropped += done.dropped
      await breathe()
      if (closing) break
    }
    return { rolled, dropped }
  }

  const close = async (): Promise<void> => {
    closing = true
    await Promise.allSettled(running)
    db.close()
  }

  const answer = (request: Exclude<Request, { kind: 'close' }>): unknown => {
    switch (request.kind) {
      case 'append':
        return append(request.batches).map((error) => error && toFault(storeError(error, path)))
      case 'targets':
        return readTargets(db)
      case 'range':
        return readRange(db, request.query)
      case 'findings':
        return readFindings(db, request.target, request.since)
      case 'maintain':
        return maintain(request.now)
      case 'write':
        return ledger.write(request.changes)
      case 'get':
        return ledger.get(request.of, request.id)
      case 'list':
        return ledger.list(request.of, request.filter)
    }
  }

  port?.on('message', ({ id, request }: Call) => {
    const call = (async () => {
      try {
        const value = request.kind === 'close' ? await close() : await answer(request)
        reply({ id, ok: true, value })
      } catch (error) {
        failed(id, error)
      }
      if (request.kind === 'close') port.close()
    })()
    running.add(call)
    void call.finally(() => running.delete(call))
  })
}
