import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import { AppError } from '../core/errors.ts'
import { nearest } from '../core/nearest.ts'

const SSLMODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const
export type Sslmode = (typeof SSLMODES)[number]

/** The TLS parameters of a connection URL. */
interface SslParams {
  readonly sslmode?: string
  readonly sslrootcert?: string
  readonly sslcert?: string
  readonly sslkey?: string
}

const bad = (detail: string): AppError => new AppError('bad-url', detail)

/**
 * TLS options with libpq's meaning of each mode (PostgreSQL documentation, 34.19.1):
 * up to `require` the certificate is not verified, but `require` with `sslrootcert` is like `verify-ca`;
 * `verify-ca` does not look at the host name. `sslrootcert=system` means the default roots and only `verify-full`.
 * Where libpq would look for ~/.postgresql/root.crt, `verify-full` takes the default roots.
 */
export function tlsOptions(params: SslParams): { sslmode: Sslmode; ssl: false | ConnectionOptions } {
  const system = params.sslrootcert === 'system'
  const sslmode = modeOf(params.sslmode ?? (system ? 'verify-full' : 'prefer'))
  if (system && sslmode !== 'verify-full') throw bad('sslrootcert=system needs sslmode=verify-full')
  if (sslmode === 'disable') return { sslmode, ssl: false }
  const own: ConnectionOptions = {
    ...(params.sslcert && { cert: readPem(params.sslcert, 'sslcert') }),
    ...(params.sslkey && { key: readPem(params.sslkey, 'sslkey') }),
  }
  const root = params.sslrootcert && !system ? readPem(params.sslrootcert, 'sslrootcert') : undefined
  const trusted: ConnectionOptions = root === undefined ? {} : { ca: root }
  if (sslmode === 'verify-full') return { sslmode, ssl: { ...own, ...trusted, rejectUnauthorized: true } }
  if (sslmode === 'verify-ca' || (sslmode === 'require' && root !== undefined)) {
    if (root === undefined) throw bad('sslmode=verify-ca needs sslrootcert=FILE; verify-full does without')
    return {
      sslmode,
      ssl: { ...own, ...trusted, rejectUnauthorized: true, checkServerIdentity: () => undefined },
    }
  }
  return { sslmode, ssl: { ...own, rejectUnauthorized: false } }
}

function modeOf(text: string): Sslmode {
  const mode = SSLMODES.find((m) => m === text)
  if (mode) return mode
  const near = nearest(text, SSLMODES)
  throw bad(`sslmode is none of ${SSLMODES.join(', ')}${near ? `; did you mean ${near}?` : ''}`)
}

function readPem(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    throw bad(`the file of ${name} can not be read${code ? ` (${code})` : ''}`)
  }
}
