import { z } from 'zod'
import { AppError } from '../../core/errors.ts'
import type { Optimizer } from '../../optimize-service.ts'
import { type Deps, defineRoute, type Route, target, targetOf } from '../route.ts'

const optimizerOf = ({ optimizer }: Deps): Optimizer => {
  if (!optimizer) throw new AppError('not-found', 'this server has no optimizer')
  return optimizer
}

const STATE =
  '{ state: "never"|"running"|"done"|"failed", progress?: { step: "watch"|"rebuild"|"statements"|"candidates"|"choice"|"proof", done, total? }, report?: { target, at, seconds: { watch, rebuild, advise }, advice: { window, statements, generic, before, after, indexes: [{ name, spec, summary, ddl, undo, saves, share, lostWithout, bytes, writeCost, confidence, because, statements: [{ queryIds, text, calls, seconds, costBefore, costAfter, planBefore, planAfter }], action? }], drops, unhelped, withheld?, leftOut, gaps, effort } }, error?: { code, message, detail, remedy } }'
const MB = 2 ** 20
const nothing = z.strictObject({})

const state = defineRoute({
  path: '/api/optimize',
  doc: 'How the optimization of the workload stands: of the run that is under way, and the report of the last that succeeded.',
  answer: STATE,
  query: z.strictObject({ target }),
  handle: ({ query }, deps) => optimizerOf(deps).state(targetOf(deps.monitor, query.target).id),
})

const run = defineRoute({
  method: 'POST',
  path: '/api/optimize',
  doc: 'Begins to watch the statements and then to look for indexes, in the private planner; the database itself is only read. 409 where a run is under way. Body: `target` (id; default the first), `seconds` (how long to watch, 1 to 3600, default 60), `budgetMb` and `maxIndexes` (the most that all indexes together may be).',
  answer: `202 and ${STATE}`,
  query: nothing,
  body: z.strictObject({
    target,
    seconds: z.number().min(1).max(3600).optional(),
    budgetMb: z.number().positive().max(1e9).optional(),
    maxIndexes: z.int().min(1).max(1000).optional(),
  }),
  handle({ body }, deps) {
    const optimizer = optimizerOf(deps)
    const { id } = targetOf(deps.monitor, body.target)
    if (optimizer.state(id).state === 'running')
      throw new AppError('already-running', `${id} is being optimized`)
    const { seconds, budgetMb, maxIndexes } = body
    const budget = {
      ...(budgetMb === undefined ? {} : { bytes: budgetMb * MB }),
      ...(maxIndexes === undefined ? {} : { count: maxIndexes }),
    }
    // Whoever asks for the state is told how it ended.
    optimizer.optimize(id, { budget, ...(seconds === undefined ? {} : { seconds }) }).catch(() => undefined)
    return Response.json(optimizer.state(id), { status: 202, headers: { 'cache-control': 'no-store' } })
  },
})

const cancel = defineRoute({
  method: 'POST',
  path: '/api/optimize/cancel',
  doc: 'Ends the run of a target, if there is one; answers when it has ended. Body: `target` (id; default the first).',
  answer: STATE,
  query: nothing,
  body: z.strictObject({ target }),
  async handle({ body }, deps) {
    const optimizer = optimizerOf(deps)
    const { id } = targetOf(deps.monitor, body.target)
    await optimizer.cancel(id)
    return optimizer.state(id)
  },
})

export const optimizeRoutes: readonly Route[] = [state, run, cancel]
