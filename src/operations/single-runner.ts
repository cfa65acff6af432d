import type { Ledger } from '../core/ledger.ts'
import type { Lease } from './job.ts'

/** How long a lease holds without being renewed, in ms: after a kill, this long until another may go on. */
const HOLDS = 60_000

/** The right to be the only one at something, over all processes that share the ledger. */
export interface Sole {
  /** Aborted when another process took over, which it may after this one was silent for too long. */
  readonly lost: AbortSignal
  release(): Promise<void>
}

export interface SoleTerms {
  readonly ledger: Ledger
  /** Unique to this process. */
  readonly owner: string
  readonly target: string
  /** What there may be only one of: `maintenance`. */
  readonly what: string
  /** Id of what is done under it. */
  readonly run: string
  /** Milliseconds. */
  readonly holds?: number
}

/** Takes the lease, or undefined while another holds it. It is renewed until `release()`. */
export async function beTheOnly(terms: SoleTerms): Promise<Sole | undefined> {
  const { ledger, owner, target, what, run, holds = HOLDS } = terms
  const id = `${target}: ${what}`
  const value = (): Lease => ({ owner, run, action: what, expires: Date.now() + holds })
  const change = (version: number, next: Lease | null) => ({
    ...{ kind: 'lease' as const, id, target, at: Date.now(), version, value: next },
  })
  const seen = await ledger.get<Lease>('lease', id)
  if (seen && seen.value.expires > Date.now()) return undefined
  let version = seen?.version ?? 0
  if (!(await ledger.write([change(version, value())]))) return undefined
  version++
  const lost = new AbortController()
  let queue: Promise<unknown> = Promise.resolve()
  const renew = async () => {
    if (lost.signal.aborted) return
    if (await ledger.write([change(version, value())])) version++
    else lost.abort()
  }
  const timer = setInterval(() => {
    queue = queue.then(renew).catch(() => undefined)
  }, holds / 3)
  timer.unref()
  return {
    lost: lost.signal,
    async release() {
      clearInterval(timer)
      await queue
      if (!lost.signal.aborted) await ledger.write([change(version, null)])
    },
  }
}

/** Whether somebody is at it now. */
export async function isTaken(ledger: Ledger, target: string, what: string): Promise<boolean> {
  const lease = await ledger.get<Lease>('lease', `${target}: ${what}`)
  return lease !== undefined && lease.value.expires > Date.now()
}
