import { setTimeout as sleep } from 'node:timers/promises'
import type { Action, Query, RunStatus, Verification } from '../core/action.ts'
import type { ActionSession, Backend } from '../core/action-session.ts'
import { AppError, toAppError } from '../core/errors.ts'
import { cleanUp } from './clean-up.ts'
import type { AuditEvent, Job } from './job.ts'
import { type Progress, readProgress } from './progress.ts'
import { verifyRun } from './verify.ts'

/** How long and how often a lost server is asked for, in ms. */
const PATIENCE = 120_000
const AGAIN = 1_000
/** A server process that waits for commands nobody will send is ended after this long, in ms. */
const IDLE = 5_000

/** What became of a run whose connection or process was lost. */
export interface Settled {
  readonly status: RunStatus
  readonly error?: string
  readonly verification?: Verification
  readonly notices: readonly string[]
  readonly unsettled: boolean
  readonly events: readonly AuditEvent[]
}

interface Ports {
  readonly open: () => Promise<ActionSession>
  readonly signal: AbortSignal
  readonly tell: (progress: Progress) => void
  /** Ends the wait for a server that does not come back, in ms; default two minutes. */
  readonly patience?: number
}

/**
 * Finds out what really happened: waits until the server process that worked on it is gone (it goes on without its
 * client), removes what was left behind and measures. A `signal` ends that process.
 */
export async function settle(job: Job, action: Action, ports: Ports): Promise<Settled> {
  let session: ActionSession
  try {
    session = await reach(ports)
  } catch (error) {
    const { message } = toAppError(error)
    const why = `The server could not be asked what became of it (${message}). pgtend looks again when it starts`
    return { status: 'interrupted', error: why, notices: [], unsettled: true, events: [] }
  }
  try {
    await untilGone(session, job, ports)
    const { notes, events } = await cleanUp(session, job.plan, job.step ?? -1)
    const verification = await verifyRun(session, action, job.plan)
    const begun = job.step === job.plan.steps.length - 1
    const done = begun && verification.ok && notes.length === 0
    const measured: AuditEvent = { event: 'verified', detail: verification.detail }
    const said = done
      ? 'pgtend lost it meanwhile; the server finished it'
      : `It was cut off${job.step === undefined ? ' before its first statement' : ''}`
    return {
      ...{ status: done ? 'done' : 'interrupted', verification, unsettled: false },
      ...(done ? {} : { error: [said, ...notes].join('. ') }),
      ...{ notices: done ? [said] : notes, events: [...events, measured] },
    }
  } catch (error) {
    const { message } = toAppError(error)
    return { status: 'interrupted', error: message, notices: [], unsettled: true, events: [] }
  } finally {
    await session.close()
  }
}

async function reach({ open, signal, patience = PATIENCE }: Ports): Promise<ActionSession> {
  for (const until = performance.now() + patience; ; ) {
    try {
      return await open()
    } catch (error) {
      const { code } = toAppError(error)
      const passes = code === 'unreachable' || code === 'too-many-connections' || code === 'pool-exhausted'
      if (!passes || signal.aborted || performance.now() > until) throw error
      await sleep(AGAIN)
    }
  }
}

const OLD = `SELECT state, extract(epoch FROM clock_timestamp() - state_change)::float8 * 1000 AS idle FROM pg_stat_activity
  WHERE pid = $1 AND backend_start = $2::timestamptz`

async function untilGone(session: ActionSession, job: Job, { signal, tell }: Ports): Promise<void> {
  const { backend, plan, step = 0 } = job
  if (!backend) return
  const view = plan.steps[step]?.progress
  const look = (query: Query) => query(OLD, [backend.pid, backend.backendStart])
  for (;;) {
    const [old] = await session.read(look)
    if (!old) return
    if (signal.aborted || (old.state !== 'active' && Number(old.idle) > IDLE)) await end(session, backend)
    else if (view) {
      const seen = await session.read((query) => readProgress(query, view, backend.pid))
      if (seen) tell(seen)
    }
    await sleep(AGAIN)
  }
}

async function end(session: ActionSession, { pid, backendStart }: Backend): Promise<void> {
  const sql = `SELECT pg_catalog.pg_terminate_backend(pid, 5000) FROM pg_catalog.pg_stat_activity
    WHERE pid = $1 AND backend_start = $2::timestamptz`
  await session.execute({
    ...{ sql, values: [pid, backendStart], transactional: true },
    ...{ timeout: 10_000, lockTimeout: 10_000 },
  })
}

/** Whether an error means that nobody knows how the statement ended. */
export const isLost = (error: unknown): boolean => error instanceof AppError && error.code === 'unreachable'
