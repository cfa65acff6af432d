import { setTimeout as sleep } from 'node:timers/promises'
import type { Action, Run } from '../core/action.ts'
import type { ActionSession } from '../core/action-session.ts'
import type { Entry, Ledger } from '../core/ledger.ts'
import { type Job, type JobRecord, takeOver } from './job.ts'
import type { Live } from './operator.ts'
import { finishSettled } from './perform.ts'
import { settle } from './settle.ts'

interface Recovery {
  readonly ledger: Ledger
  readonly owner: string
  readonly lease: number
  readonly open: (target: string) => Promise<ActionSession>
  readonly actionOf: (target: string, name: string) => Action
  readonly live: ReadonlyMap<string, Live>
  readonly wait: boolean
  /** Runs on other targets are another process's to end. */
  readonly knows: (target: string) => boolean
  readonly follow: (
    record: JobRecord,
    controller: AbortController,
    work: (tell: (change: Partial<Job>) => void) => Promise<Job>,
  ) => Live
}

const MOST = 1_000

/** Takes over every run that nobody follows any more, and ends it. */
export async function recoverJobs(recovery: Recovery): Promise<readonly Run[]> {
  const { ledger, live, knows } = recovery
  const entries = await ledger.list<Job>('job', { limit: MOST })
  const open = entries.filter(({ value }) => value.status === 'running' || value.unsettled === true)
  const ended = await Promise.all(
    open.filter(({ id, target }) => !live.has(id) && knows(target)).map((e) => recoverOne(e, recovery)),
  )
  return ended.filter((run) => run !== undefined)
}

async function recoverOne(entry: Entry<Job>, recovery: Recovery): Promise<Run | undefined> {
  const { ledger, owner, lease, open, actionOf, follow, wait } = recovery
  // Nobody could ask the server then; as long as nobody can, there is nothing to be said again.
  if (entry.value.unsettled && !(await answers(open, entry.value.plan.target))) return undefined
  const controller = new AbortController()
  const terms = { ledger, owner, lease, onLost: () => controller.abort() }
  let record = await takeOver(terms, entry)
  if (!record && wait) {
    // Its process may have died a moment ago: its leases run out unless it renews them.
    await sleep(lease + lease / 3, undefined, { ref: false })
    const now = await ledger.get<Job>('job', entry.id)
    if (now?.version !== entry.version && now?.value.owner !== entry.value.owner) return undefined
    record = now && (now.value.status === 'running' ? await takeOver(terms, now) : undefined)
  }
  if (!record) return undefined
  const { plan } = record.job
  const taken = record
  return follow(record, controller, async (tell) => {
    const settled = await settle(taken.job, actionOf(plan.target, plan.action), {
      open: () => open(plan.target),
      signal: controller.signal,
      tell,
    })
    return finishSettled(taken, settled, taken.job.notices)
  }).done
}

async function answers(open: Recovery['open'], target: string): Promise<boolean> {
  try {
    await (await open(target)).close()
    return true
  } catch {
    return false
  }
}
