import { once } from 'node:events'
import { getCompileCacheDir } from 'node:module'
import { resolve as absolute } from 'node:path'
import { Worker } from 'node:worker_threads'
import { AppError } from '../core/errors.ts'
import type { Store } from '../core/store.ts'
import { type Fault, fromFault, OPENED, type Reply, type Request } from './protocol.ts'
import { createWriteQueue } from './write-queue.ts'

interface Settle {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: AppError) => void
}

/** Opens the history in the SQLite file at `path`, and makes it when it isn't there. Several processes may. */
export async function openStore({ path }: { readonly path: string }): Promise<Store> {
  const file = absolute(path)
  const source = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js'
  const worker = new Worker(new URL(source, import.meta.url), {
    name: 'pgtend-store',
    workerData: { path: file },
    env: withCompileCache(process.env),
    // Node 22 warns about node:sqlite.
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  const calls = new Map<number, Settle>()
  let last = OPENED
  let gone: AppError | undefined

  const answered = <T>(id: number): Promise<T> =>
    new Promise((resolve, reject) => {
      calls.set(id, { resolve: resolve as (value: unknown) => void, reject })
    })

  const call = <T>(request: Request): Promise<T> => {
    if (gone) return Promise.reject(gone)
    const id = ++last
    worker.postMessage({ id, request })
    return answered(id)
  }

  const end = (reason: string): void => {
    gone ??= new AppError('store-failed', `${file}: ${reason}`)
    for (const { reject } of calls.values()) reject(gone)
    calls.clear()
  }

  worker.on('message', (reply: Reply) => {
    const settle = calls.get(reply.id)
    calls.delete(reply.id)
    if (reply.ok) settle?.resolve(reply.value)
    else settle?.reject(fromFault(reply.fault))
  })
  worker.on('error', (error) => end(`its thread died: ${error.message}`))
  worker.on('exit', () => end('its thread has ended'))

  const writes = createWriteQueue(async (batches) => {
    const faults = await call<(Fault | null)[]>({ kind: 'append', batches })
    return faults.map((fault) => fault && fromFault(fault))
  })

  const close = async (): Promise<void> => {
    await writes.drained()
    if (gone) return
    const exit = once(worker, 'exit')
    const done = call({ kind: 'close' })
    gone = new AppError('store-failed', `${file}: it has been closed`)
    await done
    await exit
  }
  let closed: Promise<void> | undefined

  try {
    await answered(OPENED)
  } catch (error) {
    await worker.terminate()
    throw error
  }

  return {
    append: (batch) => (gone ? Promise.reject(gone) : writes.add(batch)),
    targets: () => call({ kind: 'targets' }),
    range: (query) => call({ kind: 'range', query }),
    findings: (target, since) => call({ kind: 'findings', target, since }),
    maintain: (now) => call({ kind: 'maintain', now }),
    ledger: {
      write: (changes) => call({ kind: 'write', changes }),
      get: (of, id) => call({ kind: 'get', of, id }),
      list: (of, filter = {}) => call({ kind: 'list', of, filter }),
    },
    close: () => {
      closed ??= close()
      return closed
    },
  }
}

/** The compile cache that bin/pgtend.cjs turns on holds for the main thread only; without it sources are compiled here each time. */
function withCompileCache(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const folder = getCompileCacheDir()
  return folder === undefined ? env : { NODE_COMPILE_CACHE: folder, ...env }
}
