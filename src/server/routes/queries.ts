import { z } from 'zod'
import { AppError } from '../../core/errors.ts'
import type { Queries, ReportAnswer } from '../../query-service.ts'
import { type Deps, defineRoute, type Route, target, targetOf } from '../route.ts'

/** How long an answer on a text is waited for, ms. */
const WAIT = 10_000
/** Characters; the body's own limit is as much in bytes. */
const MOST_SQL = 64 * 1024

const queriesOf = ({ queries }: Deps): Queries => {
  if (!queries) throw new AppError('not-found', 'this server analyses no statements')
  return queries
}

const answered = (answer: ReportAnswer): Response =>
  'report' in answer
    ? Response.json(answer.report, { headers: { 'cache-control': 'no-store' } })
    : Response.json(answer, { status: 202, headers: { 'cache-control': 'no-store' } })

const REPORT =
  '200 and { at, sql, fingerprint, queryId?, toplevel?, current?: { calls, callsRate, mean, total, share, rowsPerCall, blocksPerCall, cacheHit, tempBlocksPerCall, walPerCall, planningPerCall, deviation, max, window }, findings: [{ about: "text"|"plan", rule, title, severity, message, advice, position? | node, path, evidence }], plan?: { explained: { plan, analyzed }, role?, generic, values?, by, notes }, rewrites: [{ rule, title, doc, sql, result: "same"|"check", because, otherParameters?, position, planned?: { before, after, explained }, why? }], indexes: as in /api/optimize, gaps: [{ part, reason, remedy? }] }, or 202 and { id, progress: { step, done, total? } }'

const list = defineRoute({
  path: '/api/queries',
  doc: 'The statements of the last window, those that took most time first, at most 200, with what their texts alone are reproached with. `toplevel` is false for one inside a function, whose caller’s time has its. `window` is null while there is none; `unknown` says why nothing can be known.',
  answer:
    '{ window, statements: [{ id, queryId, text, user, database, toplevel, calls, callsRate, mean, total, share, rowsPerCall, slow, lint: { critical, warning, info } }], unknown?: { reason, fix? } }',
  query: z.strictObject({ target }),
  handle: ({ query }, deps) => queriesOf(deps).list(targetOf(deps.monitor, query.target)),
})

const report = defineRoute({
  path: '/api/queries/:id/report',
  doc: 'The report on one statement: an id of /api/queries, a queryid, or the id that a text got. The first request begins to make it and is answered 202, as are further ones until it is there; then 200. It is planned in the private planner, never executed. Times are epoch milliseconds and seconds, costs the planner’s.',
  answer: REPORT,
  query: z.strictObject({ target, fresh: z.enum(['1']).optional().describe('Makes it anew') }),
  async handle({ query, params }, deps) {
    const state = targetOf(deps.monitor, query.target)
    const id = (params.id ?? '').slice(0, 200)
    return answered(await queriesOf(deps).report(state, id, { fresh: query.fresh === '1' }))
  },
})

const reportOn = defineRoute({
  method: 'POST',
  path: '/api/queries/report',
  doc: 'The report on any statement. It is planned, never executed. Answers 200 when it is there within 10 s; else 202 with the id to ask /api/queries/:id/report for. Body: `sql` (one statement), `target` (id; default the first).',
  answer: REPORT,
  query: z.strictObject({}),
  body: z.strictObject({ target, sql: z.string().min(1).max(MOST_SQL) }),
  async handle({ body }, deps) {
    const state = targetOf(deps.monitor, body.target)
    return answered(await queriesOf(deps).reportOn(state, body.sql, WAIT))
  },
})

export const queryRoutes: readonly Route[] = [list, report, reportOn]
