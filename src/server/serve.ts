import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { AppError } from '../core/errors.ts'

export interface Served {
  /** Where a browser finds it. */
  readonly url: string
  readonly port: number
  /** Ends open event streams too. */
  close(): Promise<void>
}

export interface ServeOptions {
  /** Default 4711. */
  readonly port?: number
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Fail when the port is taken instead of taking the next free one. */
  readonly exact?: boolean
}

const PORTS_TRIED = 50

/** Listens for a handler. Throws AppError `port-taken` when no port could be had. */
export async function serve(
  app: { fetch(request: Request): Response | Promise<Response> },
  options: ServeOptions = {},
): Promise<Served> {
  const { port: first = 4711, host = '127.0.0.1', exact = false } = options
  const last = exact || first === 0 ? first : Math.min(65_535, first + PORTS_TRIED - 1)
  for (let port = first; ; port++) {
    try {
      const server = await listen(app, host, port)
      const taken = (server.address() as AddressInfo).port
      return { url: `http://${nameOf(host)}:${taken}`, port: taken, close: () => close(server) }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'EADDRINUSE' && code !== 'EACCES') throw cannotListen(host, port, error)
      if (port === last) {
        throw new AppError('port-taken', first === last ? `${host}:${port}` : `${host}:${first} to ${last}`, {
          cause: error,
        })
      }
    }
  }
}

function listen(app: Parameters<typeof serve>[0], host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createAdaptorServer({ fetch: (request) => app.fetch(request) }) as Server
    server.once('error', reject)
    server.listen({ port, host }, () => {
      server.off('error', reject)
      resolve(server)
    })
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

const cannotListen = (host: string, port: number, cause: unknown): AppError =>
  new AppError('port-taken', `can't listen on ${host}:${port} (${(cause as Error).message})`, { cause })

/** A name that a browser can open: an address that stands for all is reached as localhost. */
function nameOf(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
