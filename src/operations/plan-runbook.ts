import type { SessionRef } from '../core/action.ts'
import type { ActionSession } from '../core/action-session.ts'
import { toAppError } from '../core/errors.ts'
import type { Context } from '../core/given.ts'
import type { Detection, Move, PlannedMove, Runbook, RunbookPlan } from '../core/runbook.ts'
import type { RecoveryPorts } from './recovery-ports.ts'
import { setHash } from './set-hash.ts'

type Thresholds = Readonly<Record<string, number>>
type Circumstances = Pick<Context, 'at' | 'limits'>

/** Looks through a session of its own, or the one in reserve. */
export async function detectNow(
  ports: Pick<RecoveryPorts, 'open'>,
  runbook: Runbook,
  thresholds: Thresholds,
  target: string,
  known: Circumstances,
): Promise<Detection> {
  return withSession(ports, target, (session) =>
    session.read((query) => runbook.detect(query, thresholds, contextOn(session, known))),
  )
}

export async function withSession<T>(
  { open }: Pick<RecoveryPorts, 'open'>,
  target: string,
  work: (session: ActionSession) => Promise<T>,
): Promise<T> {
  const session = await open(target)
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}

export const contextOn = (session: ActionSession, known: Circumstances): Context => ({
  ...known,
  server: session.capabilities,
})

/** What a move is, whenever it is looked for again. */
export const identity = ({ action, input }: Pick<Move, 'action' | 'input'>): string =>
  JSON.stringify([action, Object.entries(input).sort(([a], [b]) => (a < b ? -1 : 1))])

/** Looks, and plans every move. What can't be planned is left alone with the reason: a protected session among them. */
export async function planRunbook(
  ports: RecoveryPorts,
  runbook: Runbook,
  thresholds: Thresholds,
  target: string,
  known: Circumstances,
  force: boolean,
): Promise<RunbookPlan> {
  const { operator } = ports
  const seen = await detectNow(ports, runbook, thresholds, target, known)
  const steps: PlannedMove[] = []
  const leftAlone: { subject: string; reason: string }[] = []
  const hits: SessionRef[] = []
  for (const move of seen.moves) {
    try {
      const plan = await operator.plan(target, move.action, move.input)
      const failing = plan.preconditions.filter((p) => !p.holds)
      if (failing.length > 0) {
        leftAlone.push({ subject: plan.summary, reason: failing.map((p) => p.detail).join('; ') })
        continue
      }
      const { otherwise } = move
      const next = otherwise && (await operator.plan(target, otherwise.action, otherwise.input))
      steps.push({ ...move, plan, ...(next ? { next } : {}) })
      hits.push(...(plan.hits ?? []).map((hit) => ({ ...hit, reason: move.reason })))
    } catch (error) {
      const { code, detail } = toAppError(error)
      // The server's own troubles are the caller's to know.
      if (code !== 'cannot-plan') throw error
      leftAlone.push({ subject: `${move.action} ${subjectOf(move)}`, reason: detail })
    }
  }
  const refused = refusal(ports, runbook, force)
  const plans = steps.flatMap((s) => (s.next ? [s.plan, s.next] : [s.plan]))
  return {
    ...{ runbook: runbook.name, title: runbook.title, target, at: ports.now() },
    ...{ detected: seen.found, summary: seen.summary, measures: seen.measures, named: seen.named },
    ...{ steps, hits, spared: seen.spared, leftAlone },
    ...(seen.about ? { about: seen.about } : {}),
    ...(refused === undefined ? {} : { refused }),
    hash: setHash(`${target} ${runbook.name}${force ? ' forced' : ''}`, plans),
  }
}

const subjectOf = ({ input }: Move): string =>
  input.table === undefined ? String(input.pid) : `${input.schema ?? 'public'}.${input.table}`

function refusal({ window }: RecoveryPorts, runbook: Runbook, force: boolean): string | undefined {
  if (!runbook.inWindow || force) return undefined
  const { open, next, timezone } = window()
  if (open) return undefined
  const at = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short', timeStyle: 'short' })
  return `the maintenance window is closed until ${at.format(next)} (${timezone}); force it to go on now`
}
