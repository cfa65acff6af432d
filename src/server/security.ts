import type { MiddlewareHandler } from 'hono'
import { AppError } from '../core/errors.ts'

const HEADERS: Readonly<Record<string, string>> = {
  // Inline styles: Radix and uPlot set them. Inline scripts: none.
  'content-security-policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** Sets the headers that keep a page of another site from framing, reading or running anything here. */
export const securityHeaders: MiddlewareHandler = async (c, next) => {
  await next()
  for (const [name, value] of Object.entries(HEADERS)) c.res.headers.set(name, value)
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i

/**
 * Refuses a Host header that isn't a loopback name: a site whose name was made to resolve to 127.0.0.1
 * (DNS rebinding) would otherwise be the same origin as this server.
 */
export const loopbackOnly: MiddlewareHandler = async (c, next) => {
  const host = c.req.header('host') ?? new URL(c.req.url).host
  if (!LOOPBACK.test(host)) throw new AppError('foreign-origin', `asked for as "${host.slice(0, 100)}"`)
  await next()
}

const SAFE = new Set(['GET', 'HEAD'])

/** Requests that change something: JSON only (a form of another site can't send it) and of the same origin. */
export const sameOriginJson: MiddlewareHandler = async (c, next) => {
  if (SAFE.has(c.req.method)) return next()
  const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') throw new AppError('bad-request', 'the body must be application/json')
  const host = c.req.header('host') ?? new URL(c.req.url).host
  const origin = c.req.header('origin')
  const site = c.req.header('sec-fetch-site')
  const foreign = origin !== undefined && hostOf(origin) !== host
  if (foreign || (site !== undefined && site !== 'same-origin' && site !== 'none')) {
    throw new AppError('foreign-origin', `from ${(origin ?? site ?? '').slice(0, 100)}`)
  }
  await next()
}

const hostOf = (origin: string): string | undefined =>
  URL.canParse(origin) ? new URL(origin).host : undefined
