import { randomUUID } from 'node:crypto'
import type { Actor } from '../core/action.ts'
import { AppError, toAppError } from '../core/errors.ts'
import type { Context } from '../core/given.ts'
import { nearest } from '../core/nearest.ts'
import type { Runbook, RunbookPlan, RunbookRun } from '../core/runbook.ts'
import { runbooks as registry } from '../runbooks/index.ts'
import { planRunbook } from './plan-runbook.ts'
import type { RecoveryPorts } from './recovery-ports.ts'
import { runRunbook } from './run-runbook.ts'
import { beTheOnly, isTaken } from './single-runner.ts'

/** An approved plan that is older than this, in ms, is of another situation. */
const FRESH = 10 * 60_000
const HOUR = 3_600_000

export interface RunbookInfo {
  readonly name: string
  readonly title: string
  readonly doc: string
  readonly rules: readonly string[]
  readonly thresholds: Readonly<Record<string, number>>
  readonly inWindow: boolean
  /** Whether it may run without asking, and how often an hour. */
  readonly policy: { readonly enabled: boolean; readonly perHour: number }
}

export interface PlanOptions {
  /** Go on outside the maintenance window. */
  readonly force?: boolean
}

export interface RunOptions {
  /** Of the plan that was looked at. */
  readonly hash: string
  readonly actor: Actor
  readonly onProgress?: (run: RunbookRun) => void
}

/** Ways out of incidents: looks, plans, and runs what a person or a policy approved. */
export interface Recovery {
  readonly runbooks: readonly RunbookInfo[]
  /** Whether it may run what it plans. */
  readonly allowed: boolean
  /** What the runbook would do now, with everyone hit and spared. Throws AppError `unknown-runbook`, and those of a connection. */
  plan(target: string, runbook: string, options?: PlanOptions): Promise<RunbookPlan>
  /**
   * Runs the plan with that hash, and nothing beyond it: a session that has changed since is left alone. Resolves when it
   * was verified. Throws AppError: `plan-changed`, `not-allowed`, `already-running`, `cannot-plan`.
   */
  run(target: string, runbook: string, options: RunOptions): Promise<RunbookRun>
  /** Newest first. */
  history(target: string, limit?: number): Promise<readonly RunbookRun[]>
  /** Ends the records that a dead process left. */
  recover(): Promise<readonly RunbookRun[]>
  /** Runs the runbooks whose policy allows it and whose findings are there. Called after each cycle of the monitor. */
  heed(target: string, rules: ReadonlySet<string>): Promise<readonly RunbookRun[]>
  /** Called at each change of a run. */
  subscribe(listener: (run: RunbookRun) => void): () => void
  stop(): Promise<void>
}

/** More than all runbooks together may have run in an hour. */
const RECENT = 1_000
/** What can't be planned now is no failure of the policy: the monitor says what it can't see. */
function unplanned(error: unknown): Pick<RunbookPlan, 'detected' | 'refused' | 'steps' | 'hash'> {
  const { code, detail } = toAppError(error)
  if (code !== 'cannot-plan') throw error
  return { detected: false, refused: detail, steps: [], hash: '' }
}

const OFF = { enabled: false, perHour: 2 }

export function createRecovery(
  targets: readonly string[],
  ports: RecoveryPorts,
  runbooks: readonly Runbook[] = registry,
): Recovery {
  const { ledger, operator, owner, settings } = ports
  const approved = new Map<string, RunbookPlan>()
  const listeners = new Set<(run: RunbookRun) => void>()
  const running = new Set<Promise<unknown>>()
  const heeding = new Set<string>()
  let stopped = false

  const find = (target: string, name: string): Runbook => {
    if (!targets.includes(target)) throw new AppError('unknown-target', `"${target}"`)
    const found = runbooks.find((r) => r.name === name)
    if (found) return found
    const names = runbooks.map((r) => r.name)
    const close = nearest(name, names)
    const hint = close === undefined ? `known are ${names.join(', ')}` : `did you mean ${close}?`
    throw new AppError('unknown-runbook', `"${name}"; ${hint}`)
  }
  const thresholdsOf = (runbook: Runbook) => ({ ...runbook.thresholds, ...settings.thresholds[runbook.name] })
  const policyOf = (name: string) => settings.policies[name] ?? OFF
  const contextOf = (target: string): Pick<Context, 'at' | 'limits'> => {
    const context = ports.context(target)
    if (!context) throw new AppError('unknown-target', `"${target}"`)
    return context
  }

  const plan = async (
    target: string,
    name: string,
    { force = false }: PlanOptions = {},
  ): Promise<RunbookPlan> => {
    const runbook = find(target, name)
    const made = await planRunbook(ports, runbook, thresholdsOf(runbook), target, contextOf(target), force)
    for (const [hash, old] of approved) if (ports.now() - old.at > FRESH) approved.delete(hash)
    approved.set(made.hash, made)
    return made
  }
  const run = async (target: string, name: string, o: RunOptions): Promise<RunbookRun> => {
    const runbook = find(target, name)
    const known = approved.get(o.hash)
    if (!known || known.runbook !== name || known.target !== target || ports.now() - known.at > FRESH)
      throw new AppError(
        'plan-changed',
        `there is no plan of ${name} on ${target} with that hash from the last 10 minutes`,
      )
    if (!operator.allowed) throw new AppError('not-allowed', `${name} on ${target}`)
    if (known.refused !== undefined) throw new AppError('cannot-plan', known.refused)
    const id = randomUUID()
    const sole = await beTheOnly({ ledger, owner, target, what: 'recovery', run: id })
    if (!sole) throw new AppError('already-running', `a recovery of ${target}`)
    // Approved once, run once.
    approved.delete(o.hash)
    const tell = (now: RunbookRun) => {
      o.onProgress?.(now)
      for (const listener of listeners) listener(now)
    }
    try {
      const thresholds = thresholdsOf(runbook)
      const context = contextOf(target)
      return await runRunbook(ports, {
        id,
        runbook,
        thresholds,
        plan: known,
        actor: o.actor,
        context,
        lost: sole.lost,
        tell,
      })
    } finally {
      await sole.release()
    }
  }
  const tracked = <T>(work: Promise<T>): Promise<T> => {
    running.add(work)
    const forget = () => running.delete(work)
    work.then(forget, forget)
    return work
  }
  const history = async (target: string, limit = 50): Promise<readonly RunbookRun[]> => {
    if (!targets.includes(target)) throw new AppError('unknown-target', `"${target}"`)
    return (await ledger.list<RunbookRun>('recovery', { target, limit })).map((e) => e.value)
  }

  return {
    allowed: operator.allowed,
    runbooks: runbooks.map((r) => ({
      ...{ name: r.name, title: r.title, doc: r.doc, rules: r.rules, inWindow: r.inWindow },
      ...{ thresholds: thresholdsOf(r), policy: policyOf(r.name) },
    })),
    plan,
    run: (target, name, o) => tracked(run(target, name, o)),
    history,
    async recover() {
      const ended: RunbookRun[] = []
      for (const target of targets) {
        if (await isTaken(ledger, target, 'recovery')) continue
        for (const entry of await ledger.list<RunbookRun>('recovery', { target, limit: 20 })) {
          if (entry.value.status !== 'running') continue
          const value: RunbookRun = {
            ...entry.value,
            ...{ status: 'interrupted', endedAt: ports.now() },
            error: 'pgtend ended in the middle of it; the runs of its actions say what was done',
          }
          const { kind, id, at, version } = entry
          if (await ledger.write([{ kind, id, target, at, version, value }])) ended.push(value)
        }
      }
      return ended
    },
    async heed(target, rules) {
      if (stopped || !operator.allowed || heeding.has(target)) return []
      heeding.add(target)
      const done: RunbookRun[] = []
      try {
        for (const { name, rules: own } of runbooks) {
          const { enabled, perHour } = policyOf(name)
          if (!enabled || !own.some((rule) => rules.has(rule))) continue
          const recent = (await history(target, RECENT)).filter(
            (r) => r.runbook === name && r.actor.kind === 'policy' && ports.now() - r.startedAt < HOUR,
          )
          if (recent.length >= perHour) continue
          const { detected, refused, steps, hash } = await plan(target, name).catch(unplanned)
          if (!detected || refused !== undefined || steps.length === 0) continue
          const actor: Actor = { kind: 'policy', name }
          done.push(await tracked(run(target, name, { hash, actor })))
        }
      } finally {
        heeding.delete(target)
      }
      return done
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async stop() {
      stopped = true
      await Promise.allSettled([...running])
    },
  }
}
