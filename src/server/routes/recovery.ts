import { z } from 'zod'
import type { Actor } from '../../core/action.ts'
import { AppError } from '../../core/errors.ts'
import type { RunbookRun } from '../../core/runbook.ts'
import type { Recovery } from '../../operations/recovery.ts'
import { type Deps, defineRoute, type Route, target, targetOf } from '../route.ts'

/** There is no login: whoever reaches the page is called so. */
const BY: Actor = { kind: 'person', name: 'dashboard' }

const recoveryOf = ({ recovery }: Deps): Recovery => {
  if (!recovery) throw new AppError('no-store', 'recoveries are recorded in the history store')
  return recovery
}

const nothing = z.strictObject({})

const list = defineRoute({
  path: '/api/runbooks',
  doc: 'Ways out of incidents. They can be run only where `allowed` is true. `policy` tells whether one may run without asking.',
  answer:
    '{ allowed, runbooks: [{ name, title, doc, rules, thresholds, inWindow, policy: { enabled, perHour } }] }',
  query: nothing,
  handle(_, deps) {
    const { allowed, runbooks } = recoveryOf(deps)
    return { allowed, runbooks }
  },
})

const plan = defineRoute({
  method: 'POST',
  path: '/api/runbooks/:name/plan',
  doc: 'What a runbook would do now: every session hit and every one spared with the reason. `hash` is what is approved, for ten minutes. `refused` says why it can not be run now. Body: `target`, `force` (outside the maintenance window).',
  answer:
    '{ runbook, title, target, at, detected, summary, measures, named, steps: [{ action, input, reason, otherwise?, plan, next? }], hits: [{ pid, backendStart, application, user, database, state, reason }], spared, leftAlone: [{ subject, reason }], refused?, hash }',
  query: nothing,
  body: z.strictObject({ target, force: z.boolean().default(false) }),
  handle: ({ params, body }, deps) =>
    recoveryOf(deps).plan(targetOf(deps.monitor, body.target).id, params.name ?? '', { force: body.force }),
})

const run = defineRoute({
  method: 'POST',
  path: '/api/runbooks/:name/run',
  doc: 'Runs the plan with that hash and nothing beyond it; a session that has changed since is left alone. The answer comes as soon as it runs, with status 202. Body: `target`, `hash`.',
  answer: '202 and the recovery, as in /api/recoveries',
  query: nothing,
  body: z.strictObject({ target, hash: z.string().regex(/^[0-9a-f]{64}$/) }),
  async handle({ params, body }, deps) {
    const { id } = targetOf(deps.monitor, body.target)
    const recovery = recoveryOf(deps)
    const begun = await new Promise<RunbookRun>((resolve, reject) => {
      const o = { hash: body.hash, actor: BY, onProgress: resolve }
      recovery.run(id, params.name ?? '', o).then(resolve, reject)
    })
    return Response.json(begun, { status: 202, headers: { 'cache-control': 'no-store' } })
  },
})

const history = defineRoute({
  path: '/api/recoveries',
  doc: 'Recoveries that go on and those that have ended, newest first, with the seconds until it was verified that the trouble is gone.',
  answer:
    "{ recoveries: [{ id, runbook, title, target, actor, hash, status: 'running'|'recovered'|'not-recovered'|'failed'|'interrupted', startedAt, endedAt?, secondsToRecovery?, summary, steps: [{ action, input, reason, status, run?, detail?, error? }], freed, spared, verification?, error? }] }",
  query: z.strictObject({ target }),
  async handle({ query }, deps) {
    return { recoveries: await recoveryOf(deps).history(targetOf(deps.monitor, query.target).id) }
  },
})

export const recoveryRoutes: readonly Route[] = [list, plan, run, history]
