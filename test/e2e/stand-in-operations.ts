import { type Context, Hono } from 'hono'
import { MIB, minutes, NOW } from './measures.ts'
import { ACTIONS, planOf, RUNS } from './scenario-actions.ts'
import { METRICS, SUBJECTS } from './scenario-growth.ts'
import {
  ALERTS,
  BACKUPS,
  CHANNELS,
  maintenancePlan,
  RUNBOOKS,
  recovery,
  report,
  runbookPlan,
  SCHEDULES,
  SILENCES,
  SUPPRESSIONS,
} from './scenario-upkeep.ts'

type Json = Record<string, unknown>
type Item = Json & { id: string }

/** How often a run of the stand-in moves, milliseconds, and by how much. */
const BEAT = 150
const STRIDE = 0.2

const problem = (c: Context, status: 403 | 404 | 409, code: string, message: string, remedy: string) =>
  c.json({ error: { code, message, detail: '', remedy } }, status)

/** What acts: alerts, actions, maintenance, recovery, backups; and what looks ahead. Kept in memory. */
export function operations(send: (event: string, data: unknown) => void) {
  let generation = 0
  let allowed = true
  const troubled = (c: Context): boolean => c.req.query('target') === 'troubled'
  const sent = (c: Context) => c.req.json<Json & { target: string; hash: string; task: string }>()
  const state = {
    alerts: [...ALERTS] as Item[],
    silences: [...SILENCES] as Item[],
    suppressions: [...SUPPRESSIONS] as Item[],
    runs: [...RUNS] as unknown as (Item & { status: string })[],
    reports: [
      report('m1', 'vacuum', 190),
      report('m0', 'analyze', 42, { status: 'paused', reason: 'Sessions wait for locks.', actions: [] }),
    ] as Item[],
    recoveries: [recovery('c1', 'troubled', minutes(1_450), minutes(1_450) + 6_000)] as Item[],
    backups: [...BACKUPS] as Item[],
  }
  const app = new Hono()
  // A pgtend that only looks: no store, no actions.
  app.use('/api/*', async (c, next) => {
    const path = c.req.path.split('/')[2] ?? ''
    const ours = [
      'alerts',
      'suppressions',
      'runs',
      'maintenance',
      'recoveries',
      'backups',
      'capacity',
      'success',
    ]
    if (c.req.query('target') === 'blind' && ours.includes(path))
      return problem(c, 409, 'no-store', 'This needs the history store', 'Start with a store: --store PATH.')
    return next()
  })

  app.get('/api/alerts', (c) =>
    c.json(
      troubled(c)
        ? { alerts: state.alerts, silences: state.silences, channels: CHANNELS }
        : { alerts: [], silences: [], channels: [] },
    ),
  )
  app.post('/api/alerts/:id/ack', (c) => {
    const id = decodeURIComponent(c.req.param('id'))
    state.alerts = state.alerts.map((a) => (a.id === id ? { ...a, acknowledgedBy: 'dashboard' } : a))
    return c.json({})
  })
  app.post('/api/silences', async (c) => {
    const { match, minutes: length, reason } = await sent(c)
    const silence = { id: 's2', match, reason, until: NOW + Number(length) * 60_000, by: 'dashboard' }
    state.silences.push(silence)
    const { key } = match as { key?: string }
    state.alerts = state.alerts.map((a) => (a.key === key ? { ...a, silenced: silence } : a))
    return c.json(silence)
  })
  app.post('/api/silences/:id/end', (c) => {
    state.silences = state.silences.filter((s) => s.id !== c.req.param('id'))
    return c.json({ ok: true })
  })
  app.post('/api/channels/:name/test', (c) =>
    c.req.param('name') === 'team'
      ? c.json({ ok: true })
      : problem(c, 409, 'channel-failed', 'The channel did not take the message', 'Check its settings.'),
  )
  app.get('/api/suppressions', (c) => c.json({ suppressions: troubled(c) ? state.suppressions : [] }))
  app.post('/api/suppressions', async (c) => {
    const { target, key, reason, days } = await sent(c)
    state.suppressions.push({
      id: 'p2',
      target,
      key,
      reason,
      until: NOW + Number(days) * 86_400_000,
      by: 'dashboard',
    })
    return c.json({})
  })
  app.post('/api/suppressions/:id/end', (c) => {
    state.suppressions = state.suppressions.filter((s) => s.id !== c.req.param('id'))
    return c.json({ ok: true })
  })

  app.get('/api/actions', (c) => c.json({ allowed, actions: ACTIONS }))
  app.post('/api/actions/:name/plan', async (c) => {
    const { target, input } = await sent(c)
    return c.json(planOf(target, c.req.param('name'), input as Record<string, string>, generation))
  })
  app.post('/api/actions/:name/run', async (c) => {
    const { target, input, hash } = await sent(c)
    const plan = planOf(target, c.req.param('name'), input as Record<string, string>, generation)
    if (plan.hash !== hash)
      return problem(
        c,
        409,
        'plan-changed',
        'The database has changed since the plan was approved',
        'Plan again.',
      )
    const run = {
      ...{ id: `r${state.runs.length + 1}`, plan, status: 'running', startedAt: Date.now(), progress: 0 },
      ...{ actor: { kind: 'person', name: 'dashboard' }, phase: 'scanning heap' },
    }
    state.runs.unshift(run)
    go(run.id)
    return c.json(run, 202)
  })
  const put = (id: string, more: Json) => {
    state.runs = state.runs.map((r) => (r.id === id ? { ...r, ...more } : r)) as typeof state.runs
    send(
      'run',
      state.runs.find((r) => r.id === id),
    )
  }
  function go(id: string, done = 0) {
    setTimeout(() => {
      if (state.runs.find((r) => r.id === id)?.status !== 'running') return
      if (done < 1) {
        put(id, { progress: done })
        return go(id, done + STRIDE)
      }
      const verification = {
        ...{ ok: true, detail: '12,731 dead rows before, 0 after' },
        after: { dead_rows: 0, live_rows: 28_341, size: 86 * 2 ** 20 },
      }
      put(id, { status: 'done', endedAt: Date.now(), verification, progress: undefined, phase: undefined })
    }, BEAT)
  }
  app.get('/api/runs', (c) => c.json({ runs: troubled(c) ? state.runs : [] }))
  app.post('/api/runs/:id/cancel', (c) => {
    put(c.req.param('id'), {
      status: 'cancelled',
      endedAt: Date.now(),
      error: 'Cancelled from the dashboard',
    })
    return c.json({ ok: true })
  })

  app.get('/api/maintenance', (c) =>
    c.json(troubled(c) ? { schedules: SCHEDULES, reports: state.reports } : { schedules: [], reports: [] }),
  )
  app.post('/api/maintenance/plan', async (c) => {
    const { target, task } = await sent(c)
    return c.json(maintenancePlan(target, task))
  })
  app.post('/api/maintenance/run', async (c) => {
    const { task } = await sent(c)
    const made = report(`m${state.reports.length + 1}`, task, 0, {
      actor: { kind: 'person', name: 'dashboard' },
    })
    state.reports.unshift(made)
    return c.json(made)
  })

  app.get('/api/runbooks', (c) => c.json({ runbooks: RUNBOOKS }))
  app.post('/api/runbooks/:name/plan', async (c) =>
    c.json(runbookPlan((await sent(c)).target, c.req.param('name'))),
  )
  app.post('/api/runbooks/:name/run', async (c) => {
    const made = recovery('c2', (await sent(c)).target, Date.now() - 4_200, Date.now())
    state.recoveries.unshift(made)
    return c.json(made)
  })
  app.get('/api/recoveries', (c) => c.json({ recoveries: troubled(c) ? state.recoveries : [] }))

  app.get('/api/backups', (c) =>
    c.json({ directory: '/var/lib/pgtend/backups', backups: troubled(c) ? state.backups : [] }),
  )
  app.post('/api/measure', (c) =>
    c.json({
      rows: [{ schema: 'public', table: 'form_responses', index: null, size: 40 * MIB, bloat: 0.75 }],
      unknown: ['public.form_responses_pkey was not read: its 20 GB are more than 10 GB.'],
    }),
  )
  app.post('/api/backups/run', (c) => {
    const made = {
      id: 'b4',
      at: Date.now(),
      status: 'done',
      bytes: 412 * 2 ** 20,
      tables: 12,
      seconds: 21,
      method: 'pg_dump',
    }
    state.backups.unshift(made)
    return c.json(made)
  })
  app.post('/api/backups/:id/verify', (c) => {
    const verified = { at: Date.now(), ok: true, seconds: 71, detail: '12 tables agree', notVerifiable: [] }
    state.backups = state.backups.map((b) => (b.id === c.req.param('id') ? { ...b, verified } : b))
    return c.json(verified)
  })

  app.get('/api/capacity', (c) => c.json({ at: NOW, subjects: troubled(c) ? SUBJECTS : SUBJECTS.slice(3) }))
  app.get('/api/success', (c) => c.json({ from: minutes(10_080), to: NOW, watched: 0.97, metrics: METRICS }))
  return {
    app,
    /** The database has changed: plans made before no longer hold. */
    changeDatabase: () => {
      generation++
    },
    setAllowed: (on: boolean) => {
      allowed = on
    },
  }
}
