import { randomUUID } from 'node:crypto'
import { actions as registry } from '../actions/index.ts'
import type { Action, Actor, Input, Plan, Run } from '../core/action.ts'
import type { ActionSession } from '../core/action-session.ts'
import { AppError, toAppError } from '../core/errors.ts'
import type { Context } from '../core/given.ts'
import type { Ledger } from '../core/ledger.ts'
import { heedCancel, requestCancel } from './cancel.ts'
import { beginJob, type Job, type JobRecord, recordRefusal } from './job.ts'
import { listRuns, type RunFilter, runOf } from './list-runs.ts'
import { perform } from './perform.ts'
import { findAction, makePlan } from './planner.ts'
import { recoverJobs } from './recover.ts'
import { UNDO, undoAction } from './undo.ts'

export interface Approval {
  /** Of the plan that was looked at. */
  readonly hash: string
  readonly actor: Actor
}

export interface RunOptions {
  /** Cancels the run: the statement is cancelled on the server, and what it left behind is removed. */
  readonly signal?: AbortSignal
}

/** Plans and runs actions: one at a time on each table, each approved by its plan's hash, each recorded step by step. */
export interface Operator {
  /** Whether it may run what it plans. */
  readonly allowed: boolean
  readonly actions: readonly Action[]
  /** Throws AppError: `unknown-action`, `bad-request`, `cannot-plan`, `needs-direct`, and those of a connection. */
  plan(target: string, action: string, input: Input): Promise<Plan>
  /**
   * Plans again, and runs when the hash is still the approved one; resolves when it has ended, however it ended. Throws
   * what `plan` throws, `plan-changed`, `not-allowed` and `already-running`. A precondition that doesn't hold ends in the
   * status `refused`.
   */
  run(target: string, action: string, input: Input, approval: Approval, options?: RunOptions): Promise<Run>
  /** As `run`, but resolves as soon as it runs. */
  start(target: string, action: string, input: Input, approval: Approval, options?: RunOptions): Promise<Run>
  /**
   * Cancels a run that goes on here, or asks the process that runs it to: `asked`. Throws AppError `unknown-run` for one
   * that has ended, `run-abandoned` where its process is gone.
   */
  cancel(runId: string, by?: string): Promise<'cancelling' | 'asked'>
  /** Newest first, those that run now among them. */
  runs(filter?: RunFilter): Promise<readonly Run[]>
  /**
   * Ends the runs that a dead process left: finds out what really happened, cleans up, and says so. Resolves when all of
   * them have ended; a statement that the server still works on is waited for, and can be cancelled. Without `wait` it
   * leaves alone what a process may still be at, else it waits for a lease to see whether that one is renewed.
   */
  recover(options?: { readonly wait?: boolean }): Promise<readonly Run[]>
  /** Called at each change of a run and with its progress. */
  subscribe(listener: (run: Run) => void): () => void
  /** Cancels what runs here and waits until it has ended. */
  stop(): Promise<void>
}

export interface OperatorOptions {
  readonly ledger: Ledger
  /** A new session to act through; the operator closes it. */
  readonly open: (target: string) => Promise<ActionSession>
  /** Undefined for a target that there is not. */
  readonly context: (target: string) => Pick<Context, 'at' | 'limits'> | undefined
  readonly allow: boolean
  /** Unique for each process. */
  readonly owner: string
  /** How long a dead process's runs are left to it, in ms; default 20,000. */
  readonly lease?: number
  readonly actions?: readonly Action[]
}

const LEASE = 20_000

/** A run that goes on in this process. */
export interface Live {
  run: Run
  readonly controller: AbortController
  done: Promise<Run>
}

export function createOperator(options: OperatorOptions): Operator {
  const { ledger, open, context, allow, owner, lease = LEASE, actions = registry } = options
  const live = new Map<string, Live>()
  const listeners = new Set<(run: Run) => void>()

  const publish = (run: Run) => {
    for (const listener of listeners) listener(run)
  }
  const planOn = (session: ActionSession, target: string, action: string, input: Input): Promise<Plan> => {
    const known = context(target)
    if (!known) throw new AppError('unknown-target', `"${target}"`)
    return makePlan(session, actionOf(target, action), input, target, known)
  }
  const actionOf = (target: string, name: string): Action =>
    name === UNDO ? undoAction(ledger, actions, target) : findAction(actions, name)

  /** Follows a recorded run to its end, here and for whoever listens. */
  const follow = (
    record: JobRecord,
    controller: AbortController,
    work: (tell: (change: Partial<Job>) => void) => Promise<Job>,
  ): Live => {
    const tell = (change: Partial<Job>) => {
      entry.run = runOf({ ...entry.run, ...change })
      publish(entry.run)
    }
    const entry: Live = { run: runOf(record.job), controller, done: Promise.resolve(runOf(record.job)) }
    live.set(record.job.id, entry)
    publish(entry.run)
    const deaf = heedCancel(ledger, record.job.id, () => controller.abort())
    entry.done = work(tell)
      .finally(() => deaf().catch(() => undefined))
      // Its record is another's, or can't be written: what is known here is told.
      .catch(
        (error): Run => ({
          ...entry.run,
          ...{ status: 'interrupted', endedAt: Date.now(), error: toAppError(error).message },
        }),
      )
      .then((job) => {
        const run = runOf(job)
        live.delete(run.id)
        publish(run)
        return run
      })
    return entry
  }

  const begin = async (
    target: string,
    name: string,
    input: Input,
    { hash, actor }: Approval,
    { signal }: RunOptions,
  ): Promise<Live> => {
    if (!allow) throw new AppError('not-allowed', `${name} on ${target}`)
    const action = actionOf(target, name)
    const session = await open(target)
    try {
      const plan = await planOn(session, target, name, input)
      if (plan.hash !== hash) throw new AppError('plan-changed', plan.summary)
      const run: Run = { id: randomUUID(), plan, actor, status: 'running', startedAt: Date.now() }
      const failing = plan.preconditions.filter((p) => !p.holds)
      if (failing.length > 0) {
        await session.close()
        return refuse(run, failing.map((p) => p.detail).join('; '))
      }
      const controller = new AbortController()
      const onLost = () => controller.abort()
      const record = await beginJob({ ledger, owner, lease, onLost }, run)
      const abort = () => controller.abort()
      if (signal?.aborted) abort()
      signal?.addEventListener('abort', abort, { once: true })
      return follow(record, controller, (tell) =>
        perform(session, action, record, {
          open: () => open(target),
          signal: controller.signal,
          tell,
        }).finally(() => {
          signal?.removeEventListener('abort', abort)
          return session.close()
        }),
      )
    } catch (error) {
      await session.close()
      throw error
    }
  }

  const refuse = async (started: Run, error: string): Promise<Live> => {
    const run: Run = { ...started, status: 'refused', endedAt: Date.now(), error }
    await recordRefusal(ledger, owner, run)
    publish(run)
    return { run, controller: new AbortController(), done: Promise.resolve(run) }
  }

  return {
    allowed: allow,
    actions,
    async plan(target, action, input) {
      const session = await open(target)
      try {
        return await planOn(session, target, action, input)
      } finally {
        await session.close()
      }
    },
    async run(target, action, input, approval, o = {}) {
      return (await begin(target, action, input, approval, o)).done
    },
    async start(target, action, input, approval, o = {}) {
      return (await begin(target, action, input, approval, o)).run
    },
    async cancel(id, by = 'somebody') {
      const entry = live.get(id)
      if (!entry) {
        await requestCancel(ledger, id, by)
        return 'asked'
      }
      entry.controller.abort()
      return 'cancelling'
    },
    runs: async (filter) => (await listRuns(ledger, filter)).map((run) => live.get(run.id)?.run ?? run),
    recover: ({ wait = true } = {}) =>
      recoverJobs({ ledger, owner, lease, open, actionOf, live, follow, wait, knows: (t) => !!context(t) }),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async stop() {
      const running = [...live.values()]
      for (const { controller } of running) controller.abort()
      await Promise.all(running.map(({ done }) => done))
    },
  }
}
