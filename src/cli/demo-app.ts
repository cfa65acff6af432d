import { Hono } from 'hono'
import { z } from 'zod'
import { AppError } from '../core/errors.ts'
import { nearest } from '../core/nearest.ts'
import type { Demo } from '../demo/demo.ts'
import { GREATEST_RATE } from '../demo/workload.ts'
import type { DocumentedRoute } from '../render/markdown.ts'

/** The faults and the workload as the API shows them. */
export interface DemoState {
  readonly faults: readonly {
    readonly name: string
    readonly title: string
    readonly doc: string
    readonly on: boolean
    readonly busy: boolean
    readonly error?: string
  }[]
  readonly workload: { readonly rate: number }
}

/** The part of a running demo that the API works on. */
export type Switchboard = Pick<Demo, 'faults' | 'workload' | 'setFault'>

const switchBody = z.strictObject({ on: z.boolean() })
const rateBody = z.strictObject({ rate: z.number().min(0).max(GREATEST_RATE) })

const ANSWER = '{ faults: [{ name, title, doc, on, busy, error? }], workload: { rate } }'

/** For docs/reference/api.md. */
export const DEMO_ROUTES: readonly DocumentedRoute[] = [
  {
    ...{ method: 'GET', path: '/api/demo', answer: ANSWER, query: [] },
    doc: 'Only in `pgtend demo`: its faults and the rate of its workload.',
  },
  {
    ...{ method: 'POST', path: '/api/demo/faults/:name', answer: ANSWER, query: [] },
    doc: 'Only in `pgtend demo`: switches a fault; body `{ on: boolean }`. Answers when it is done.',
  },
  {
    ...{ method: 'POST', path: '/api/demo/workload', answer: ANSWER, query: [] },
    doc: 'Only in `pgtend demo`: sets the requests per second; body `{ rate: number }`, 0 to 10,000.',
  },
]

/** The addresses that only the demo has; the dashboard shows their panel where they answer. */
export function demoApp(demo: Switchboard): Hono {
  const state = (): DemoState => ({
    faults: demo.faults.map(({ name, title, doc, on, busy, error }) => ({
      ...{ name, title, doc, on, busy },
      ...(error === undefined ? {} : { error }),
    })),
    workload: { rate: demo.workload.rate },
  })
  const app = new Hono()
  app.get('/api/demo', (c) => c.json(state(), 200, { 'cache-control': 'no-store' }))
  app.post('/api/demo/faults/:name', async (c) => {
    const { on } = await bodyOf(c.req.raw, switchBody)
    const name = c.req.param('name')
    if (!demo.faults.some((f) => f.name === name)) throw unknownFault(name, demo)
    await demo.setFault(name, on)
    return c.json(state())
  })
  app.post('/api/demo/workload', async (c) => {
    const { rate } = await bodyOf(c.req.raw, rateBody)
    demo.workload.setRate(rate)
    return c.json(state())
  })
  return app
}

function unknownFault(name: string, demo: Switchboard): AppError {
  const names = demo.faults.map((f) => f.name)
  const close = nearest(name, names)
  return new AppError(
    'unknown-fault',
    `"${name}"; ${close === undefined ? names.join(', ') : `did you mean ${close}?`}`,
  )
}

async function bodyOf<S extends z.ZodType>(request: Request, schema: S): Promise<z.output<S>> {
  const body: unknown = await request.json().catch(() => undefined)
  const parsed = schema.safeParse(body)
  if (!parsed.success)
    throw new AppError('bad-request', z.prettifyError(parsed.error).replaceAll(/\s*\n\s*/g, ' '))
  return parsed.data
}
