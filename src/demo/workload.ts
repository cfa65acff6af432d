import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { AppError } from '../core/errors.ts'
import type { Request, RequestContext } from './request.ts'
import { analytics } from './requests/analytics.ts'
import { api } from './requests/api.ts'
import { web } from './requests/web.ts'
import { worker } from './requests/worker.ts'
import { createRetention } from './retention.ts'
import { APPLICATIONS, type Application, roleOf } from './roles.ts'
import { type Sample, takeSample } from './sample.ts'

/** Requests a second where nothing else is said. */
export const DEFAULT_RATE = 20
export const GREATEST_RATE = 500

/** Share of the requests, and connections kept. */
const TRAFFIC: Readonly<Record<Application, { share: number; connections: number }>> = {
  web: { share: 0.5, connections: 4 },
  api: { share: 0.3, connections: 3 },
  worker: { share: 0.15, connections: 2 },
  analytics: { share: 0.05, connections: 1 },
}
const TICK_MS = 25
/** When the server is slower than the rate, requests beyond this queue are let go. */
const QUEUE = 10
/** How long a stop waits for requests that are being served. */
const PATIENCE_MS = 3_000

export interface Workload {
  readonly rate: number
  /** Requests a second, 0 to 500. Throws `bad-request` for anything else. */
  setRate(perSecond: number): void
  /** Runs each kind of request once, so that every index and statement has been seen. */
  runAllOnce(): Promise<void>
  start(): void
  stop(): Promise<void>
}

interface App {
  readonly name: Application
  readonly pool: pg.Pool
  readonly requests: readonly Request[]
}

/** The traffic of WedSync from four applications, healthy by itself. `url` gives the address for a role. */
export async function createWorkload(url: (user: string) => string, rate = DEFAULT_RATE): Promise<Workload> {
  checkRate(rate)
  const retention = createRetention()
  const purge: Request = { name: 'remove the oldest rows', weight: 0.5, run: (c) => retention.run(c) }
  const requests = { web, api, worker: [...worker, purge], analytics }
  const sample = await sampleFrom(url(roleOf('api')))
  const apps = APPLICATIONS.map((name) => ({
    name,
    pool: openPool(url(roleOf(name)), name),
    requests: requests[name],
  }))
  const running = new Set<Promise<void>>()
  let timer: NodeJS.Timeout | undefined
  let last = 0
  let due = 0

  const serve = (app: App, request: Request): Promise<void> =>
    serveRequest(app.pool, request, sample, retention.added)

  const tick = () => {
    const now = performance.now()
    // After a pause of the process the missed requests aren't made up for.
    due += (Math.min(now - last, 1000) / 1000) * rate
    last = now
    for (; due >= 1; due -= 1) {
      const app = weighted(apps, (a) => TRAFFIC[a.name].share)
      if (app.pool.waitingCount >= QUEUE) continue
      // A refused request (see `api`) or a server that is just going down is no matter of the workload.
      const work = serve(
        app,
        weighted(app.requests, (r) => r.weight),
      ).catch(() => {})
      running.add(work)
      void work.finally(() => running.delete(work))
    }
  }

  return {
    get rate() {
      return rate
    },
    setRate(perSecond) {
      checkRate(perSecond)
      rate = perSecond
    },
    async runAllOnce() {
      for (const app of apps) {
        for (const request of app.requests) {
          await serve(app, request).catch((error: unknown) => {
            if ((error as { code?: string }).code !== UNIQUE_VIOLATION) throw error
          })
        }
      }
    },
    start() {
      if (timer) return
      last = performance.now()
      timer = setInterval(tick, TICK_MS)
    },
    async stop() {
      clearInterval(timer)
      timer = undefined
      const ended = Promise.all(running).then(() => Promise.all(apps.map(({ pool }) => pool.end())))
      // A request that waits for somebody's lock ends with the server.
      await Promise.race([ended, sleep(PATIENCE_MS, undefined, { ref: false })])
    },
  }
}

const UNIQUE_VIOLATION = '23505'

function checkRate(rate: number): void {
  if (!(rate >= 0 && rate <= GREATEST_RATE))
    throw new AppError('bad-request', `the rate must be 0 to ${GREATEST_RATE} requests a second, not ${rate}`)
}

async function sampleFrom(url: string): Promise<Sample> {
  const client = new pg.Client({ connectionString: url, application_name: 'api' })
  await client.connect()
  try {
    return await takeSample(client)
  } finally {
    await client.end()
  }
}

function openPool(url: string, name: Application): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: name,
    max: TRAFFIC[name].connections,
    idleTimeoutMillis: 0,
  })
  // A connection that a fault or the user ended: the pool opens another.
  pool.on('error', () => {})
  return pool
}

async function serveRequest(
  pool: pg.Pool,
  request: Request,
  sample: Sample,
  added: RequestContext['added'],
): Promise<void> {
  const client = await pool.connect()
  let broken = true
  const sql: RequestContext['sql'] = async (text, values) =>
    (await client.query(text, [...(values ?? [])])).rows
  try {
    await request.run({
      sql,
      sample,
      added,
      async transaction(work) {
        await sql('begin')
        try {
          await work()
          await sql('commit')
        } catch (error) {
          await sql('rollback')
          throw error
        }
      },
    })
    broken = false
  } catch (error) {
    // An SQL error leaves the connection usable, a lost connection doesn't.
    broken = (error as { severity?: string }).severity !== 'ERROR'
    throw error
  } finally {
    client.release(broken)
  }
}

function weighted<T>(choices: readonly T[], weight: (choice: T) => number): T {
  let left = Math.random() * choices.reduce((sum, c) => sum + weight(c), 0)
  for (const choice of choices) {
    left -= weight(choice)
    if (left < 0) return choice
  }
  return choices[0] as T
}
