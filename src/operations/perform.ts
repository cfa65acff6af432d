import type { Action } from '../core/action.ts'
import type { ActionSession } from '../core/action-session.ts'
import { AppError, toAppError } from '../core/errors.ts'
import { cleanUp } from './clean-up.ts'
import type { AuditEvent, Job, JobRecord } from './job.ts'
import { isLost, type Settled, settle } from './settle.ts'
import { verifyRun } from './verify.ts'
import { watchProgress } from './watch-progress.ts'

interface Ports {
  readonly open: () => Promise<ActionSession>
  readonly signal: AbortSignal
  readonly tell: (change: Partial<Job>) => void
}

const MOST_NOTICES = 50

/** Runs the steps of a recorded run on its session, measures, and records how it ended. Returns the job as it was left. */
export async function perform(
  session: ActionSession,
  action: Action,
  record: JobRecord,
  ports: Ports,
): Promise<Job> {
  const { plan } = record.job
  const notices: string[] = []
  const onNotice = (text: string) => {
    if (notices.length < MOST_NOTICES) notices.push(text)
  }
  const backend = { pid: session.pid, backendStart: session.backendStart }
  try {
    for (const [index, step] of plan.steps.entries()) {
      const { sql, values } = step
      // Written before it begins: whoever finds the run later knows what may have happened.
      await record.write({ step: index, backend }, { event: 'step', sql, ...(values && { values }) })
      const stop = watchProgress(ports.open, step.progress, session.pid, ports.tell)
      const { rows } = await session.execute(step, { signal: ports.signal, onNotice }).finally(stop)
      await record.write({ notices }, { event: 'step-done', sql, ...(rows.length > 0 && { rows }) })
    }
    const verification = await verifyRun(session, action, plan)
    const verified: AuditEvent = { event: 'verified', detail: verification.detail }
    return await finish(record, { status: 'done', verification, notices }, verified)
  } catch (error) {
    if (isLost(error)) {
      ports.tell({ phase: 'the connection was lost: looking what became of it' })
      return finishSettled(record, await settle(record.job, action, ports), notices)
    }
    return stopped(session, action, record, error, notices)
  }
}

/** A step was refused, failed or cancelled: what it left behind goes, and what is there now is measured. */
async function stopped(
  session: ActionSession,
  action: Action,
  record: JobRecord,
  error: unknown,
  notices: readonly string[],
): Promise<Job> {
  const { code, message, detail } = toAppError(error)
  const { plan, step = -1 } = record.job
  const sql = plan.steps[step]?.sql
  const failed: AuditEvent = { event: 'step-failed', detail, ...(sql !== undefined && { sql }) }
  const { notes, events } = await cleanUp(session, plan, step)
  const verification = await verifyRun(session, action, plan)
  const status = code === 'step-cancelled' ? 'cancelled' : 'failed'
  return finish(
    record,
    { status, error: [message, ...notes].join('. '), notices, verification },
    ...[failed, ...events, { event: 'verified', detail: verification.detail } as const],
  )
}

/** Records what was found out about a run that was lost. */
export function finishSettled(
  record: JobRecord,
  { events, ...settled }: Settled,
  before: readonly string[] = [],
): Promise<Job> {
  return finish(record, { ...settled, notices: [...before, ...settled.notices] }, ...events)
}

async function finish(
  record: JobRecord,
  change: Partial<Job>,
  ...events: readonly AuditEvent[]
): Promise<Job> {
  const ended: AuditEvent = {
    event: 'ended',
    detail: `${change.status}${change.error === undefined ? '' : `: ${change.error}`}`,
  }
  const kept = await record.end({ ...change, endedAt: Date.now() }, ...events, ended)
  if (!kept) throw new AppError('already-running', `another pgtend has taken over run ${record.job.id}`)
  return record.job
}
