import { randomUUID } from 'node:crypto'
import type { Run } from '../core/action.ts'
import type { Backend } from '../core/action-session.ts'
import { AppError } from '../core/errors.ts'
import type { Change, Entry, Ledger } from '../core/ledger.ts'
import { attemptsOf } from './attempts.ts'

/** A run as the ledger keeps it, under the kind `job`. */
export interface Job extends Run {
  /** The process that runs it. */
  readonly owner: string
  /** Which step is or was at work, from 0. */
  readonly step?: number
  /** Whose server process works on it. */
  readonly backend?: Backend
  /** The server could not be asked what was left behind: the next start asks again. */
  readonly unsettled?: boolean
}

/** Under the kind `lease`: who works on a subject of a target, until when. */
export interface Lease {
  readonly owner: string
  readonly run: string
  readonly action: string
  readonly expires: number
}

/** What the audit keeps of each step, for good. */
export interface AuditEvent {
  readonly event:
    | 'started'
    | 'refused'
    | 'step'
    | 'step-done'
    | 'step-failed'
    | 'cleaned-up'
    | 'cleanup-failed'
    | 'taken-over'
    | 'cancel-asked'
    | 'verified'
    | 'ended'
  readonly detail?: string
  readonly sql?: string
  readonly values?: readonly (string | number)[]
  readonly rows?: readonly Readonly<Record<string, unknown>>[]
}

/** The record of one run: job, leases and audit, each written before what it announces is done. */
export interface JobRecord {
  readonly job: Job
  /** Changes the job and appends to the audit, together. Throws when another process has taken the run over. */
  write(change: Partial<Job>, ...events: readonly AuditEvent[]): Promise<void>
  /** Writes how it ended and lets go of its subjects. False when another process has taken the run over. */
  end(change: Partial<Job>, ...events: readonly AuditEvent[]): Promise<boolean>
}

interface Terms {
  readonly ledger: Ledger
  readonly owner: string
  /** How long a lease holds without being renewed, in ms. */
  readonly lease: number
  /** Called once when a lease could not be renewed: another process has taken over. */
  readonly onLost: () => void
}

/** What is about the whole cluster is the same thing for each target in it. */
export const leaseId = (target: string, subject: string): string =>
  subject.startsWith('cluster ') ? subject : `${target}: ${subject}`
const MOST_ROWS = 20
let written = 0

/** Records a new run and takes its subjects. Throws AppError `already-running`. */
export async function beginJob(terms: Terms, run: Run): Promise<JobRecord> {
  const { ledger, owner } = terms
  const job: Job = { ...run, owner }
  for (;;) {
    const leases = await leasesOf(ledger, job)
    const held = leases.find((l) => l.entry && l.entry.value.expires > Date.now())
    if (held?.entry) {
      const { action, run: by } = held.entry.value
      throw new AppError('already-running', `${action} is at work on ${held.subject} (run ${by})`)
    }
    const claims = leases.map((l) => leaseChange(terms, job, l))
    const started = auditChange(job, { event: 'started', detail: run.plan.summary })
    if (await ledger.write([jobChange(job, 0), ...claims, started])) {
      return record(terms, job, 1, leases)
    }
  }
}

/** Records a run that ended before it began. */
export async function recordRefusal(ledger: Ledger, owner: string, run: Run): Promise<void> {
  const job: Job = { ...run, owner }
  await ledger.write([
    jobChange(job, 0),
    auditChange(job, { event: 'refused', ...(run.error === undefined ? {} : { detail: run.error }) }),
  ])
}

/** Takes over a run whose process is gone. Undefined while that process holds its leases, or another was quicker. */
export async function takeOver(terms: Terms, entry: Entry<Job>): Promise<JobRecord | undefined> {
  const leases = await leasesOf(terms.ledger, entry.value)
  const others = leases.filter((l) => l.entry && l.entry.value.expires > Date.now())
  if (others.length > 0) return undefined
  const job: Job = { ...entry.value, owner: terms.owner }
  const taken = await terms.ledger.write([
    jobChange(job, entry.version),
    ...leases.map((l) => leaseChange(terms, job, l)),
    auditChange(job, { event: 'taken-over', detail: `from ${entry.value.owner}` }),
  ])
  return taken ? record(terms, job, entry.version + 1, leases) : undefined
}

interface Held {
  readonly subject: string
  readonly entry: Entry<Lease> | undefined
}

const leasesOf = (ledger: Ledger, { plan }: Job): Promise<Held[]> =>
  Promise.all(
    plan.subjects.map(async (subject) => ({
      subject,
      entry: await ledger.get<Lease>('lease', leaseId(plan.target, subject)),
    })),
  )

function leaseChange({ owner, lease }: Terms, job: Job, { subject, entry }: Held): Change<Lease> {
  const expires = Date.now() + lease
  return {
    ...{ kind: 'lease', id: leaseId(job.plan.target, subject), target: job.plan.target, at: Date.now() },
    version: entry?.version ?? 0,
    value: { owner, run: job.id, action: job.plan.action, expires },
  }
}

const jobChange = (job: Job, version: number): Change<Job> => ({
  ...{ kind: 'job', id: job.id, target: job.plan.target, at: job.startedAt, version, value: job },
})

export function auditChange(job: Job, event: AuditEvent): Change {
  const at = Date.now()
  const { id, actor, plan } = job
  const rows = event.rows?.slice(0, MOST_ROWS)
  const value = { at, run: id, action: plan.action, actor, ...event, ...(rows && { rows }) }
  // What was written in the same millisecond stays in order.
  const place = String(written++).padStart(9, '0')
  return {
    kind: 'audit',
    id: `${id}/${at}/${place}/${randomUUID()}`,
    target: plan.target,
    at,
    version: 0,
    value,
  }
}

function record(terms: Terms, first: Job, firstVersion: number, held: readonly Held[]): JobRecord {
  const { ledger, lease, onLost } = terms
  let job = first
  let version = firstVersion
  let leases = held.map(({ entry }) => (entry?.version ?? 0) + 1)
  const holds = () => held.map(({ subject }, i) => ({ subject, entry: entryOf(leases[i] as number) }))
  // One write after the other: each builds on the version that the one before made.
  let queue: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = queue.then(work)
    queue = done.catch(() => undefined)
    return done
  }
  const renew = async () => {
    const kept = await ledger.write(holds().map((h) => leaseChange(terms, job, h)))
    if (!kept) return lose()
    leases = leases.map((v) => v + 1)
  }
  const timer = setInterval(() => void inTurn(renew).catch(() => undefined), lease / 3)
  timer.unref()
  const lose = () => {
    clearInterval(timer)
    onLost()
  }
  const put = async (change: Partial<Job>, events: readonly AuditEvent[], last: boolean) => {
    const next = { ...job, ...change }
    const freed = last ? holds().map((h) => ({ ...leaseChange(terms, job, h), value: null })) : []
    const audit = events.map((event) => auditChange(next, event))
    const attempts = last ? attemptsOf(next) : []
    const written = await ledger.write([jobChange(next, version), ...freed, ...audit, ...attempts])
    if (!written) return false
    job = next
    version++
    return true
  }
  return {
    get job() {
      return job
    },
    write: (change, ...events) =>
      inTurn(async () => {
        if (await put(change, events, false)) return
        lose()
        throw new AppError('already-running', `another pgtend has taken over run ${job.id}`)
      }),
    end: (change, ...events) =>
      inTurn(async () => {
        clearInterval(timer)
        return put(change, events, true)
      }),
  }
}

/** Only the version of a lease that is held matters. */
const entryOf = (version: number): Entry<Lease> => ({
  ...{ kind: 'lease', id: '', target: '', at: 0, version },
  value: { owner: '', run: '', action: '', expires: 0 },
})
