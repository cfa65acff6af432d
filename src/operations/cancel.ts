import { AppError } from '../core/errors.ts'
import type { Change, Ledger } from '../core/ledger.ts'
import { findRun } from './find-run.ts'
import { auditChange, type Job, type Lease, leaseId } from './job.ts'

/** Under the kind `cancel`, by the run's id: somebody wants it to end. The process that runs it looks for it. */
interface CancelRequest {
  readonly by: string
}

/** How often a running process looks whether its run is to end, in ms. */
const LOOK = 400

/**
 * Asks for the end of a run that another process runs, through the ledger. Throws AppError `unknown-run` for one that
 * isn't or that has ended, `run-abandoned` where its process is gone.
 */
export async function requestCancel(ledger: Ledger, id: string, by: string): Promise<void> {
  const { value: job } = await findRun(ledger, id)
  await refuseOver(ledger, job)
  const change: Change<CancelRequest> = {
    ...{ kind: 'cancel', id: job.id, target: job.plan.target, at: Date.now(), version: 0, value: { by } },
  }
  // False: somebody has asked for it already.
  await ledger.write([change, auditChange(job, { event: 'cancel-asked', detail: `by ${by}` })])
}

/** Throws where nobody is left who could end the run. */
export async function refuseOver(ledger: Ledger, job: Job): Promise<void> {
  if (job.status !== 'running') throw new AppError('unknown-run', `run ${job.id} has ended: ${job.status}`)
  const leases = await Promise.all(
    job.plan.subjects.map((subject) => ledger.get<Lease>('lease', leaseId(job.plan.target, subject))),
  )
  const alive = leases.some((l) => l && l.value.run === job.id && l.value.expires > Date.now())
  if (!alive) throw new AppError('run-abandoned', `run ${job.id}: ${job.plan.summary}`)
}

/** Calls back once when somebody asks for the end of the run. */
export function heedCancel(ledger: Ledger, id: string, onAsked: () => void): () => Promise<void> {
  let looking: Promise<unknown> = Promise.resolve()
  const look = async (): Promise<void> => {
    if (!(await ledger.get('cancel', id))) return
    clearInterval(timer)
    onAsked()
  }
  const timer = setInterval(() => {
    looking = looking.then(look).catch(() => undefined)
  }, LOOK)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await looking
    const asked = await ledger.get('cancel', id)
    if (asked) await ledger.write([{ ...asked, value: null }])
  }
}
