import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { z } from 'zod'
import { ERRORS } from '../core/error-table.ts'
import { AppError, type ErrorCode } from '../core/errors.ts'
import { page } from './page.ts'
import type { Deps, Route } from './route.ts'
import { routes } from './routes/index.ts'
import { loopbackOnly, sameOriginJson, securityHeaders } from './security.ts'

export interface AppOptions extends Deps {
  /** More addresses under the same guards. */
  readonly extra?: Hono
  /** The built dashboard's folder. */
  readonly webRoot?: string
  /** Serve any Host header. Only for a server that is meant to be reached from elsewhere. */
  readonly anyHost?: boolean
  /** Told of faults of pgtend's own; the client is told only that there was one. */
  readonly onFault?: (error: unknown) => void
}

const MOST_BODY = 64 * 1024

/** The HTTP API and the dashboard as one handler: `app.fetch(request)` serves it from anywhere. */
export function createApp(options: AppOptions): Hono {
  const { extra, webRoot, anyHost = false, onFault } = options
  const app = new Hono()
  app.use(securityHeaders)
  if (!anyHost) app.use(loopbackOnly)
  app.use(sameOriginJson)
  app.use(bodyLimit({ maxSize: MOST_BODY, onError: () => reject('the body is too large') }))
  for (const route of routes) app.on(route.method ?? 'GET', route.path, (c) => answer(route, c, options))
  if (extra) app.route('/', extra)
  if (webRoot !== undefined) app.use(page(webRoot))
  app.notFound((c) => errorJson(c, new AppError('not-found', c.req.path.slice(0, 200))))
  app.onError((error, c) => {
    if (error instanceof AppError && error.code !== 'internal') return errorJson(c, error)
    if (error instanceof HTTPException) return errorJson(c, new AppError('bad-request', error.message))
    onFault?.(error)
    return errorJson(c, new AppError('internal', 'the log of pgtend has the details'))
  })
  return app
}

async function answer(route: Route, c: Context, deps: Deps): Promise<Response> {
  const query = valid(route.query, c.req.query())
  const sent: unknown = route.body ? await c.req.json().catch(() => undefined) : undefined
  const body = route.body ? valid(route.body, sent) : undefined
  const given = await route.handle({ query, body, params: c.req.param() }, deps)
  if (given instanceof Response) return given
  return c.json(given, 200, { 'cache-control': 'no-store' })
}

function valid(schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value)
  return parsed.success ? parsed.data : reject(z.prettifyError(parsed.error).replaceAll(/\s*\n\s*/g, ' '))
}

function reject(detail: string): never {
  throw new AppError('bad-request', detail)
}

function errorJson(c: Context, { code, detail, remedy }: AppError): Response {
  const { message, status } = ERRORS[code satisfies ErrorCode]
  return c.json({ error: { code, message, detail, remedy } }, status as ContentfulStatusCode, {
    'cache-control': 'no-store',
  })
}
