import type { Query, Step } from './action.ts'
import type { Capabilities } from './server.ts'

/** Whose server process a session is: the pid alone may be another's later. */
export interface Backend {
  readonly pid: number
  /** At full precision, UTC. */
  readonly backendStart: string
}

export interface ExecuteOptions {
  readonly signal?: AbortSignal
  /** Told of what the server says meanwhile: `WARNING: …`. */
  readonly onNotice?: (text: string) => void
}

/** A session of its own to act through: direct, never through a transaction pooler. */
export interface ActionSession extends Backend {
  readonly capabilities: Capabilities
  /** False once the connection is lost or closed. */
  readonly open: boolean
  /** Reads in one READ ONLY transaction with timeouts, rolled back. */
  read<T>(work: (query: Query) => Promise<T>): Promise<T>
  /**
   * Runs a statement under its own timeouts. Throws AppError `step-failed` with what the server said, `step-cancelled`
   * when it was cancelled by `signal` or `cancel()`, and `unreachable` when the connection was lost: then nobody knows
   * how it ended.
   */
  execute(
    step: Pick<Step, 'sql' | 'values' | 'transactional' | 'timeout' | 'lockTimeout'>,
    options?: ExecuteOptions,
  ): Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>
  cancel(): Promise<void>
  close(): Promise<void>
}
