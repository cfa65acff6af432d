import { type Context, Hono } from 'hono'
import { NOW } from './measures.ts'
import { ADVICE, NOTHING_MISSING, REPORT, STATEMENTS, WITHHELD } from './scenario-queries.ts'

const problem = (c: Context, status: 400 | 404 | 409, code: string, message: string, detail: string) =>
  c.json({ error: { code, message, detail, remedy: 'Correct it at the place named.' } }, status)

const STEPS = ['waiting', 'rebuild', 'plan', 'rewrites', 'indexes'] as const
const RUN = ['watch', 'rebuild', 'statements', 'candidates', 'choice', 'proof'] as const
const FIX = 'CREATE EXTENSION pg_stat_statements;'

/** The optimizer of the stand-in. Each question brings what is under way a step further. */
export function queries() {
  const asked = new Map<string, number>()
  const runs = new Map<string, { state: string; step: number; advice?: unknown }>([
    ['away', { state: 'done', step: 0, advice: WITHHELD }],
    ['healthy', { state: 'done', step: 0, advice: NOTHING_MISSING }],
  ])
  const app = new Hono()
  const targetOf = (c: Context) => c.req.query('target') ?? 'healthy'
  app.get('/api/queries', (c) => {
    const target = targetOf(c)
    if (target === 'blind')
      return c.json({
        window: null,
        statements: [],
        unknown: { reason: 'pg_stat_statements is not installed', fix: FIX },
      })
    if (target === 'healthy') return c.json({ window: null, statements: [] })
    return c.json({ window: 60, statements: STATEMENTS })
  })
  app.get('/api/queries/:id/report', (c) => {
    const id = c.req.param('id')
    const isText = id.startsWith('text-')
    if (!isText && !STATEMENTS.some((s) => s.id === id || s.queryId === id))
      return problem(c, 404, 'unknown-query', 'There is no such statement', `"${id}"`)
    const step = c.req.query('fresh') ? 2 : (asked.get(id) ?? 0)
    asked.set(id, step + 1)
    const now = STEPS[step]
    if (now)
      return c.json({ id, progress: { step: now, done: 0, ...(now === 'rewrites' && { total: 2 }) } }, 202)
    return c.json(isText ? { ...REPORT, queryId: undefined, current: undefined } : REPORT)
  })
  app.post('/api/queries/report', async (c) => {
    const { sql } = await c.req.json<{ sql: string }>()
    if (sql.includes('selct'))
      return problem(
        c,
        400,
        'bad-sql',
        'The statement can not be read',
        'syntax error at or near "selct" at line 2, column 3',
      )
    if (sql.includes('slow')) return c.json({ id: 'text-slow', progress: { step: 'rebuild', done: 0 } }, 202)
    const { current: _, plan: __, ...rest } = REPORT
    const gap = {
      part: 'plan',
      reason: 'There is no private planner for this PostgreSQL here',
      remedy: 'use Linux',
    }
    return c.json({ ...rest, sql, at: NOW, findings: [], rewrites: [], indexes: [], gaps: [gap] })
  })
  const stateOf = (target: string) => {
    const run = runs.get(target)
    if (!run) return { state: 'never' }
    const report = run.advice && {
      target,
      at: NOW,
      advice: run.advice,
      seconds: { watch: 60, rebuild: 1, advise: 3 },
    }
    if (run.state === 'failed')
      return {
        ...{ state: 'failed', report },
        error: {
          ...{ code: 'no-statements', message: 'The statements of the database can not be read' },
          ...{ detail: 'pg_stat_statements is not installed', remedy: FIX },
        },
      }
    const step = RUN[run.step]
    if (run.state === 'running' && step)
      return { state: 'running', report, progress: { step, done: 1, ...(step === 'watch' && { total: 2 }) } }
    return { state: 'done', report }
  }
  app.get('/api/optimize', (c) => {
    const target = targetOf(c)
    const run = runs.get(target)
    if (run?.state === 'running') {
      const step = run.step + 1
      runs.set(target, step < RUN.length ? { ...run, step } : { state: 'done', step, advice: ADVICE })
    }
    return c.json(stateOf(target))
  })
  app.post('/api/optimize', async (c) => {
    const { target } = await c.req.json<{ target: string }>()
    runs.set(target, target === 'blind' ? { state: 'failed', step: 0 } : { state: 'running', step: 0 })
    return c.json(stateOf(target), 202)
  })
  app.post('/api/optimize/cancel', async (c) => {
    const { target } = await c.req.json<{ target: string }>()
    runs.delete(target)
    return c.json(stateOf(target))
  })
  return app
}
