import { setTimeout as sleep } from 'node:timers/promises'
import type { Actor, Run, Verification } from '../core/action.ts'
import { toAppError } from '../core/errors.ts'
import { formatSeconds, plural } from '../core/format.ts'
import type { Context } from '../core/given.ts'
import type { Change } from '../core/ledger.ts'
import type { Detection, MoveReport, PlannedMove, Runbook, RunbookPlan, RunbookRun } from '../core/runbook.ts'
import { attemptsOfRecovery } from './attempts.ts'
import { contextOn, detectNow, identity, withSession } from './plan-runbook.ts'
import type { RecoveryPorts } from './recovery-ports.ts'
import { momentOn } from './verify.ts'

/** How long it may take until the server's statistics show that it helped, in ms. */
const VERIFY = 10_000
const AGAIN = 250

export interface RunbookTerms {
  readonly id: string
  readonly runbook: Runbook
  readonly thresholds: Readonly<Record<string, number>>
  /** As it was approved. */
  readonly plan: RunbookPlan
  readonly actor: Actor
  readonly context: Pick<Context, 'at' | 'limits'>
  /** Aborted when another process has taken over. */
  readonly lost: AbortSignal
  readonly tell: (run: RunbookRun) => void
}

/**
 * Runs an approved plan move by move. Each is planned again right before, and its statement compares what was approved: a
 * session that is in use again or at another statement is left alone, and one that was not in the plan is never hit.
 * Recorded in the ledger after each move.
 */
export async function runRunbook(ports: RecoveryPorts, terms: RunbookTerms): Promise<RunbookRun> {
  const { runbook, plan, actor, lost, tell } = terms
  const { target, spared, hash } = plan
  let run: RunbookRun = {
    ...{ id: terms.id, runbook: runbook.name, title: runbook.title, target, actor, hash },
    ...{ status: 'running', startedAt: ports.now(), summary: plan.summary, steps: [], freed: 0, spared },
  }
  let version = 0
  const write = async (change: Partial<RunbookRun>): Promise<void> => {
    run = { ...run, ...change }
    const entry: Change<RunbookRun> = {
      ...{ kind: 'recovery', id: run.id, target, at: run.startedAt, version, value: run },
    }
    // False only where another process took it for interrupted: its word stands.
    const attempts = run.endedAt === undefined ? [] : attemptsOfRecovery(run, runbook, plan)
    if (await ports.ledger.write([entry, ...attempts])) version++
    tell(run)
  }
  await write({})
  try {
    for (const step of plan.steps) {
      if (lost.aborted) throw new Error('another pgtend has taken over')
      const report = await makeMove(ports, terms, step)
      const freed = run.freed + (report.status === 'done' && step.input.pid !== undefined ? 1 : 0)
      await write({ steps: [...run.steps, report], freed })
    }
    const verification = await verify(ports, terms)
    const endedAt = ports.now()
    const seconds = (endedAt - run.startedAt) / 1000
    await write({
      ...{ verification, endedAt, status: verification.ok ? 'recovered' : 'not-recovered' },
      ...(verification.ok ? { secondsToRecovery: seconds } : {}),
      summary: sentence(run, verification, seconds),
    })
  } catch (error) {
    await write({ status: 'failed', endedAt: ports.now(), error: toAppError(error).message })
  }
  return run
}

function sentence({ freed, steps }: RunbookRun, { ok, detail }: Verification, seconds: number): string {
  const gone = steps.filter((s) => s.status === 'gone').length
  const said = [
    ...(freed > 0 ? [`${plural(freed, 'session')} freed`] : []),
    ...(gone > 0 ? [`${plural(gone, 'step')} no longer needed`] : []),
    detail,
  ].join('; ')
  return ok ? `Recovered in ${formatSeconds(seconds)}: ${said}.` : `Not recovered: ${said}.`
}

async function makeMove(ports: RecoveryPorts, terms: RunbookTerms, step: PlannedMove): Promise<MoveReport> {
  const { plan, reason, otherwise, next } = step
  const report = { action: step.action, input: step.input, reason }
  const first = await act(ports, terms, plan.action, plan.input, plan.hash)
  if (!('run' in first)) return { ...report, ...first }
  const helped = first.run.status === 'done' && first.run.verification?.ok !== false
  if (helped || !otherwise || !next) return { ...report, ...ended(first.run) }
  const until = performance.now() + otherwise.patience
  while (performance.now() < until) {
    if (!(await isStillCalledFor(ports, terms, step)))
      return { ...report, ...ended(first.run), status: 'done' }
    await sleep(AGAIN)
  }
  const second = await act(ports, terms, next.action, next.input, next.hash)
  const rest = 'run' in second ? ended(second.run) : second
  return { ...report, action: next.action, input: next.input, ...rest }
}

async function isStillCalledFor(
  ports: RecoveryPorts,
  terms: RunbookTerms,
  step: PlannedMove,
): Promise<boolean> {
  const seen = await look(ports, terms)
  return seen.moves.some((m) => identity(m) === identity(step))
}

const look = (
  ports: RecoveryPorts,
  { runbook, thresholds, plan, context }: RunbookTerms,
): Promise<Detection> => detectNow(ports, runbook, thresholds, plan.target, context)

type Acted =
  | { readonly run: Run }
  | { readonly status: MoveReport['status']; readonly detail?: string; readonly error?: string }

async function act(
  { operator }: RecoveryPorts,
  { plan, actor }: RunbookTerms,
  action: string,
  input: PlannedMove['input'],
  hash: string,
): Promise<Acted> {
  try {
    return { run: await operator.run(plan.target, action, input, { hash, actor }) }
  } catch (error) {
    const { code, message, detail } = toAppError(error)
    // Ended, or at something else than what was approved.
    if (code === 'cannot-plan' || code === 'plan-changed') return { status: 'gone', detail }
    if (code === 'already-running') return { status: 'refused', error: message }
    return { status: 'failed', error: message }
  }
}

const ended = ({
  id,
  status,
  error,
  verification,
}: Run): Omit<MoveReport, 'action' | 'input' | 'reason'> => ({
  run: id,
  status: status === 'done' && verification?.ok === false ? 'failed' : status,
  ...(verification ? { detail: verification.detail } : {}),
  ...(error === undefined ? {} : { error }),
})

/** Asks until it helped, for a while: statistics come late. */
async function verify(ports: RecoveryPorts, terms: RunbookTerms): Promise<Verification> {
  const { runbook, thresholds, plan, context } = terms
  const before: Detection = {
    ...{ found: plan.detected, summary: plan.summary, measures: plan.measures, named: plan.named },
    ...{ moves: plan.steps, spared: plan.spared },
  }
  const until = performance.now() + VERIFY
  for (;;) {
    const verification = await withSession(ports, plan.target, (session) =>
      session.read(async (query) => {
        const said = await runbook.verify(query, thresholds, before, contextOn(session, context))
        return { ...said, at: await momentOn(query) }
      }),
    )
    if (verification.ok || performance.now() > until) return verification
    await sleep(AGAIN)
  }
}
