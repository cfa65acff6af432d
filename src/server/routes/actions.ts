import { z } from 'zod'
import type { Actor } from '../../core/action.ts'
import { AppError } from '../../core/errors.ts'
import type { Operator } from '../../operations/operator.ts'
import { type Deps, defineRoute, type Route, target, targetOf } from '../route.ts'

/** There is no login: whoever reaches the page is called so. */
const BY: Actor = { kind: 'person', name: 'dashboard' }
const MOST_RUNS = 200

const operatorOf = ({ operator }: Deps): Operator => {
  if (!operator) throw new AppError('no-store', 'runs of actions are recorded in the history store')
  return operator
}

const nothing = z.strictObject({})
const input = z
  .record(z.string().max(100), z.union([z.string(), z.number(), z.boolean()]))
  .describe('What the action takes')

const list = defineRoute({
  path: '/api/actions',
  doc: 'Actions that can be planned. They can be run only where `allowed` is true: pgtend was started with --allow-actions.',
  answer:
    "{ allowed, actions: [{ name, title, doc, needs, input: { name: { type: 'text'|'number'|'boolean', help, optional? } } }] }",
  query: nothing,
  handle(_, deps) {
    const { allowed, actions } = operatorOf(deps)
    return {
      allowed,
      actions: actions.map(({ name, title, doc, needs, input }) => ({ name, title, doc, needs, input })),
    }
  },
})

const plan = defineRoute({
  method: 'POST',
  path: '/api/actions/:name/plan',
  doc: 'Plans an action from what is in the database now and changes nothing. `hash` is what is approved. The action `undo` with the input `run` (an id of /api/runs) takes back what that run did; `nothing-to-undo` where it kept no undo, `cannot-plan` where the database has changed since. Body: `target` (id; default the first), `input`.',
  answer:
    '{ action, input, target, hash, summary, risk, steps: [{ sql, values?, locks, progress?, timeout, lockTimeout, undo?, cleanup? }], preconditions: [{ name, holds, detail }], effect, hits?, spared?, subjects, before }',
  query: nothing,
  body: z.strictObject({ target, input }),
  handle: ({ params, body }, deps) =>
    operatorOf(deps).plan(targetOf(deps.monitor, body.target).id, params.name ?? '', body.input),
})

const run = defineRoute({
  method: 'POST',
  path: '/api/actions/:name/run',
  doc: 'Plans anew and runs when the hash is still the approved one, else answers `plan-changed`. The answer comes as soon as it runs, with status 202; events tell how it goes on. A precondition that does not hold ends in the status `refused`. Body: `target`, `input`, `hash`.',
  answer: '202 and the run, as in /api/runs',
  query: nothing,
  body: z.strictObject({ target, input, hash: z.string().regex(/^[0-9a-f]{64}$/) }),
  async handle({ params, body }, deps) {
    const { id } = targetOf(deps.monitor, body.target)
    const approval = { hash: body.hash, actor: BY }
    const started = await operatorOf(deps).start(id, params.name ?? '', body.input, approval)
    return Response.json(started, { status: 202, headers: { 'cache-control': 'no-store' } })
  },
})

const runs = defineRoute({
  path: '/api/runs',
  doc: 'Runs of actions, newest first: those that go on, and those that have ended, whoever began them.',
  answer:
    "{ runs: [{ id, plan, actor: { kind, name }, status: 'running'|'done'|'failed'|'cancelled'|'refused'|'interrupted', startedAt, endedAt?, error?, verification?: { ok, detail, after }, progress?, phase?, notices? }] }",
  query: z.strictObject({
    target,
    limit: z.coerce.number().int().min(1).max(MOST_RUNS).default(50).describe('At most so many'),
  }),
  async handle({ query }, deps) {
    const { id } = targetOf(deps.monitor, query.target)
    return { runs: await operatorOf(deps).runs({ target: id, limit: query.limit }) }
  },
})

const cancel = defineRoute({
  method: 'POST',
  path: '/api/runs/:id/cancel',
  doc: 'Cancels a run that goes on: its statement is cancelled on the server, and what it left behind is removed. A run of another process over the same history is `asked` to end, which it does within a second; `run-abandoned` where that process is gone.',
  answer: "{ state: 'cancelling'|'asked' }",
  query: nothing,
  body: nothing,
  async handle({ params }, deps) {
    return { state: await operatorOf(deps).cancel(params.id ?? '', BY.name) }
  },
})

export const actionRoutes: readonly Route[] = [list, plan, run, runs, cancel]
