import { z } from 'zod'
import type { Actor } from '../../core/action.ts'
import { AppError } from '../../core/errors.ts'
import { type MaintenanceReport, TASKS } from '../../core/maintenance.ts'
import type { Maintenance } from '../../maintenance/maintenance.ts'
import { type Deps, defineRoute, type Route, target, targetOf } from '../route.ts'

/** There is no login: whoever reaches the page is called so. */
const BY: Actor = { kind: 'person', name: 'dashboard' }

const maintenanceOf = ({ maintenance }: Deps): Maintenance => {
  if (!maintenance) throw new AppError('no-store', 'maintenance is recorded in the history store')
  return maintenance
}

const nothing = z.strictObject({})
const task = z.enum(TASKS).optional()

const overview = defineRoute({
  path: '/api/maintenance',
  doc: 'When each task runs, how it went last, and the newest reports with what was measured before and after each action.',
  answer:
    "{ schedules: [{ task, title, cron, timezone, window?: { from, to }, enabled, why?, next, last?: { at, status, summary } }], reports: [{ id, target, task, actor, dryRun, status: 'running'|'done'|'partly'|'failed'|'paused'|'interrupted', startedAt, endedAt?, reason?, actions: [{ action, input, subject, because, summary, sql, status, run?, seconds?, before, after?, bytesReclaimed, error?, detail?, mended?: [{ key, title, subject, outcome: 'verified-fixed'|'reopened'|'returned' }] }], leftAlone: [{ subject, reason }], bytesReclaimed, deadRowsRemoved, backup?, summary }] }",
  query: z.strictObject({ target }),
  async handle({ query }, deps) {
    const { id } = targetOf(deps.monitor, query.target)
    const maintenance = maintenanceOf(deps)
    return { schedules: await maintenance.schedules(id), reports: await maintenance.history(id) }
  },
})

const plan = defineRoute({
  method: 'POST',
  path: '/api/maintenance/plan',
  doc: 'What a task calls for now, with the plan of each action; nothing is changed. `hash` is what is approved. Body: `target`, `task` (default all but backup).',
  answer: '{ target, task, paused?, actions, plans, leftAlone, hash }',
  query: nothing,
  body: z.strictObject({ target, task }),
  handle: ({ body }, deps) => maintenanceOf(deps).plan(targetOf(deps.monitor, body.target).id, body.task),
})

const run = defineRoute({
  method: 'POST',
  path: '/api/maintenance/run',
  doc: 'Runs what the approved plan holds, one action after the other; `plan-changed` when it calls for something else by now. The answer comes as soon as it runs, with status 202. Body: `target`, `task`, `hash` (not needed for a dry run nor for a backup), `dryRun`.',
  answer: '202 and the report, as in /api/maintenance',
  query: nothing,
  body: z.strictObject({
    target,
    task,
    dryRun: z.boolean().default(false),
    hash: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional(),
  }),
  async handle({ body }, deps) {
    const { id } = targetOf(deps.monitor, body.target)
    const { dryRun, hash } = body
    const approves = dryRun || body.task === 'backup' || hash !== undefined
    if (!approves) throw new AppError('bad-request', 'hash: approve the plan of /api/maintenance/plan')
    const maintenance = maintenanceOf(deps)
    const report = await new Promise<MaintenanceReport>((begun, reject) => {
      maintenance
        .performMaintenance(id, {
          ...{ dryRun, actor: BY },
          ...(body.task === undefined ? {} : { task: body.task }),
          ...(hash === undefined || body.task === 'backup' ? {} : { hash }),
          // A dry run is done at once; what was done is the answer.
          ...(dryRun ? {} : { onProgress: begun }),
        })
        .then(begun, reject)
    })
    return Response.json(report, { status: 202, headers: { 'cache-control': 'no-store' } })
  },
})

export const maintenanceRoutes: readonly Route[] = [overview, plan, run]
