import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Hono } from 'hono'
import { page } from '../../src/server/page.ts'
import { scenarios } from './scenarios.ts'
import { operations } from './stand-in-operations.ts'
import { queries } from './stand-in-queries.ts'

const STEP = 10_000
const UNITS: Record<string, string> = {
  'connections.used': 'count',
  'connections.active': 'count',
  'query-performance.average': 'seconds',
  'query-performance.p95': 'seconds',
  'database-rates.transactions': 'per_second',
  'database-rates.cache_hit': 'ratio',
  'storage.database': 'bytes',
  'replication-status.lag_seconds': 'seconds',
}

const TOPS: Record<string, number> = {
  count: 60,
  seconds: 0.08,
  per_second: 420,
  ratio: 0.99,
  bytes: 1.3 * 2 ** 30,
}

/** A wavy line with a gap of five minutes in it. */
function historyOf(metric: string, target: string) {
  const unit = UNITS[metric] ?? 'none'
  const top = TOPS[unit] ?? 92
  const to = Math.floor(Date.now() / STEP) * STEP
  const at = Array.from({ length: 360 }, (_, i) => to - (360 - i) * STEP)
  const values = at.map((_, i) =>
    i > 200 && i < 230
      ? null
      : top * (0.75 + 0.2 * Math.sin(i / 23 + metric.length) + 0.02 * Math.sin(i / 3)),
  )
  const series =
    target === 'blind'
      ? []
      : [{ labels: metric.startsWith('database') ? { database: 'wedsync' } : {}, at, values, max: values }]
  return { metric, unit, step: STEP, series }
}

const column = (name: string, kind: string, type: string, unit: string) => ({
  ...{ name, kind, type, unit, help: '', optional: false },
})

/** A server that answers as pgtend does, from fixed scenarios: one target for each state the page can be in. */
export async function startStandIn(webRoot: string) {
  const faults = ['Missing index', 'Blocking chain', 'Connection leak'].map((title) => ({
    ...{
      name: title.toLowerCase().replace(' ', '-'),
      title,
      doc: `What ${title.toLowerCase()} does.`,
      on: false,
      busy: false,
    },
  }))
  let demo = true
  let failing = false
  let events = true
  const app = new Hono()
  app.use('/api/*', async (c, next) => {
    if (!failing) return next()
    return c.json(
      { error: { code: 'internal', message: 'Something broke', detail: '', remedy: 'See the log.' } },
      500,
    )
  })
  const scenarioOf = (id: string | undefined) => scenarios[id ?? 'healthy'] ?? scenarios.healthy
  app.get('/api/targets', (c) => c.json({ targets: Object.values(scenarios).map((s) => s.target) }))
  app.get('/api/health', (c) =>
    c.json({ target: c.req.query('target'), ...scenarioOf(c.req.query('target'))?.health }),
  )
  app.get('/api/facts/:table', (c) => {
    const table = c.req.param('table')
    const scenario = scenarioOf(c.req.query('target'))
    const rows = scenario?.facts[table]
    return c.json({ table, at: Date.now(), ...(rows ? { ok: true, rows } : scenario?.failure) })
  })
  app.get('/api/catalog', (c) =>
    c.json({
      tables: [
        {
          ...{ name: 'tables', title: 'Tables', doc: '' },
          columns: [
            column('pid', 'label', 'number', 'none'),
            column('size', 'gauge', 'number', 'bytes'),
            column('waiting', 'gauge', 'number', 'seconds'),
            column('last_vacuum', 'detail', 'time', 'none'),
          ],
        },
      ],
      rules: ['blocked-sessions', 'connections-near-limit', 'dead-rows', 'slow-query'].map((name) => ({
        ...{ name, title: name, doc: 'Why it matters, in a sentence.', remedy: 'What to do, in a sentence.' },
      })),
      advice: [],
    }),
  )
  app.get('/api/findings', (c) => c.json({ findings: scenarioOf(c.req.query('target'))?.findings }))
  app.get('/api/history', (c) => c.json(historyOf(c.req.query('metric') ?? '', c.req.query('target') ?? '')))
  app.get('/api/demo', (c) => (demo ? c.json({ faults, workload: { rate: 60 } }) : c.notFound()))
  app.post('/api/demo/faults/:name', async (c) => {
    const fault = faults.find((f) => f.name === c.req.param('name'))
    if (fault) fault.on = (await c.req.json<{ on: boolean }>()).on
    return c.json({ faults, workload: { rate: 60 } })
  })
  const readers = new Set<ServerResponse>()
  const acts = operations((event, data) => {
    for (const reader of readers) reader.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  })
  app.route('/', acts.app)
  app.route('/', queries())
  app.use(page(webRoot))

  const server = createServer(async (request, response) => {
    if (request.url === '/api/events') {
      if (!events) return response.writeHead(503).end()
      readers.add(response.writeHead(200, { 'content-type': 'text/event-stream' }))
      response.write('retry: 500\n\n')
      return
    }
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const method = request.method ?? 'GET'
    const body = method === 'POST' ? { body: Buffer.concat(chunks) } : {}
    const headers = { 'content-type': request.headers['content-type'] ?? '' }
    const answer = await app.fetch(
      new Request(`http://localhost${request.url}`, { method, headers, ...body }),
    )
    response
      .writeHead(answer.status, Object.fromEntries(answer.headers))
      .end(Buffer.from(await answer.arrayBuffer()))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    changeDatabase: acts.changeDatabase,
    setAllowed: acts.setAllowed,
    setDemo: (on: boolean) => {
      demo = on
    },
    setEvents: (on: boolean) => {
      events = on
    },
    setFailing: (on: boolean) => {
      failing = on
    },
    async stop() {
      for (const reader of readers) reader.end()
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}
