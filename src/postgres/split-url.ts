import { AppError } from '../core/errors.ts'

/** A URL's pieces, decoded. Absent pieces are left out. */
export interface UrlParts {
  readonly user?: string
  readonly password?: string
  readonly host?: string
  readonly port?: number
  readonly database?: string
  /** In the order of the URL. */
  readonly params: readonly (readonly [name: string, value: string])[]
}

const bad = (detail: string): AppError => new AppError('bad-url', detail)

/**
 * Takes a postgres:// or postgresql:// URL apart as libpq does, but refuses what libpq would read in a surprising way:
 * a raw `@`, `/` or `?` in a password moves its rest into the host, the database or the parameters.
 * Messages never quote a piece of the URL that could be a part of a password.
 */
export function splitUrl(url: string): UrlParts {
  const scheme = /^\s*(postgres(?:ql)?):\/\//i.exec(url)
  if (!scheme) throw bad('it does not start with postgres://')
  const rest = url.slice(scheme[0].length).trim()
  if (/\s/.test(rest)) throw bad('it holds a space; write it as %20')
  const ats = rest.split('@').length - 1
  const at = rest.indexOf('@')
  const slash = rest.indexOf('/')
  const hasUser = at >= 0 && (slash < 0 || at < slash)
  if (ats > 1 || (ats === 1 && !hasUser)) {
    throw bad('there is an unencoded @ or / before or in the password; write @ as %40, / as %2F and ? as %3F')
  }
  const [before, query] = cut(rest.slice(hasUser ? at + 1 : 0), '?')
  const [authority, path] = cut(before, '/')
  if (path?.includes('/')) throw bad('the database name holds a /; write it as %2F')
  const [user, password] = hasUser ? cut(rest.slice(0, at), ':') : ['', undefined]
  const { host, port } = splitHost(authority)
  const database = decode(path ?? '', 'database')
  return {
    ...(user && { user: decode(user, 'user') }),
    ...(password && { password: decode(password, 'password') }),
    ...(host && { host }),
    ...(port !== undefined && { port }),
    ...(database && { database }),
    params: splitQuery(query),
  }
}

function splitHost(authority: string): { host: string; port?: number } {
  if (authority.includes(',')) throw bad('it names several hosts; give each server as a target of its own')
  const match = /^(?:\[([0-9a-z:.%]+)\]|([^:[\]]*))(?::([^:]*))?$/i.exec(authority)
  if (!match) throw bad('the host is not valid; write an IPv6 address in square brackets')
  const host = decode(match[1] ?? match[2] ?? '', 'host')
  return match[3] ? { host, port: parsePort(match[3]) } : { host }
}

/** A TCP port from a text. */
export function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (port < 1 || port > 65535) throw bad('the port is not a number from 1 to 65535')
  return port
}

function splitQuery(query: string | undefined): (readonly [string, string])[] {
  if (!query) return []
  return query.split('&').map((pair) => {
    const [name, value] = cut(pair, '=')
    if (!name || value === undefined) throw bad('a parameter after ? is not written as name=value')
    return [decode(name, 'parameter name'), decode(value, 'parameter value')] as const
  })
}

function cut(text: string, mark: string): [string, string | undefined] {
  const i = text.indexOf(mark)
  return i < 0 ? [text, undefined] : [text.slice(0, i), text.slice(i + mark.length)]
}

function decode(text: string, what: string): string {
  let decoded: string
  try {
    decoded = decodeURIComponent(text)
  } catch {
    throw bad(`the ${what} holds a % that is not percent-encoding; write it as %25`)
  }
  if (decoded.includes('\0')) throw bad(`the ${what} holds a NUL`)
  return decoded
}

/** Writes the pieces as a URL that `splitUrl` reads back to the same pieces. */
export function formatUrl(parts: UrlParts): string {
  const e = encodeURIComponent
  const login =
    parts.password === undefined ? e(parts.user ?? '') : `${e(parts.user ?? '')}:${e(parts.password)}`
  const host = parts.host ?? ''
  const address = /^[0-9a-f:.%]*:[0-9a-f:.%]*$/i.test(host) ? `[${e(host).replaceAll('%3A', ':')}]` : e(host)
  const port = parts.port === undefined ? '' : `:${parts.port}`
  const path = parts.database === undefined ? '' : `/${e(parts.database)}`
  const query = parts.params.map(([name, value]) => `${e(name)}=${e(value)}`).join('&')
  return `postgres://${login && `${login}@`}${address}${port}${path}${query && `?${query}`}`
}
