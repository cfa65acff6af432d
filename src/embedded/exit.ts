/** A server that must not outlive this process. */
export interface Stoppable {
  stop(): Promise<void>
  /** Asks for a stop without waiting: all that can be done while the process exits. */
  signalStop(): void
}

const running = new Set<Stoppable>()
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Stops the server with this process: when it exits, and on a signal that nothing else in the program handles. */
export function stopWithProcess(server: Stoppable): void {
  if (running.size === 0) {
    process.on('exit', signalAll)
    for (const signal of SIGNALS) process.on(signal, onSignal)
  }
  running.add(server)
}

/** Undoes stopWithProcess. */
export function forget(server: Stoppable): void {
  if (!running.delete(server) || running.size > 0) return
  process.off('exit', signalAll)
  for (const signal of SIGNALS) process.off(signal, onSignal)
}

function signalAll(): void {
  for (const server of running) server.signalStop()
}

function onSignal(signal: NodeJS.Signals): void {
  // Another handler is the program's own orderly end; it stops the servers or exits, which does.
  if (process.listenerCount(signal) > 1) return
  void Promise.allSettled([...running].map((server) => server.stop())).then(() => {
    process.off(signal, onSignal)
    process.kill(process.pid, signal)
  })
}
