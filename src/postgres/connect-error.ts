import { AppError } from '../core/errors.ts'
import { sqlstateOf } from './outcome-of.ts'

/** How far a connection attempt came. */
export interface Progress {
  /** The TCP or Unix connection stood. */
  connected: boolean
  /** The first byte that came back. */
  firstByte: number | undefined
  /** The server agreed to TLS. */
  tls: boolean
  /** A message of the PostgreSQL protocol came. */
  spoke: boolean
}

const NETWORK: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (connection refused)',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name could not be looked up',
  ETIMEDOUT: 'no answer (timed out)',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  ENOENT: 'there is no such Unix socket',
  EACCES: 'no permission to use the Unix socket',
  ENOTSOCK: 'it is not a Unix socket',
}

/** What a failed attempt means. `where` names host and port; nothing of the error but its text and code is kept. */
export function connectError(error: unknown, where: string, progress: Progress, timeout: number): AppError {
  if (error instanceof AppError) return error
  const text = error instanceof Error ? error.message : String(error)
  const code = (error as { code?: unknown } | null)?.code
  const state = sqlstateOf(error)
  if (state !== undefined && progress.spoke) return refusal(state, text, where)
  if (text.startsWith('SASL')) return new AppError('login-failed', `${where}: ${text}`)
  if (text.startsWith('received invalid response') || text === GARBAGE) {
    return new AppError('not-postgres', `${where} answered something else than PostgreSQL's protocol`)
  }
  if (text === 'The server does not support SSL connections') {
    return new AppError('tls-failed', `${where} does not offer TLS`)
  }
  if (text === 'There was an error establishing an SSL connection') {
    return progress.firstByte === E
      ? new AppError('unreachable', `${where} refused the connection before the login`)
      : new AppError('not-postgres', `${where} answered something else than PostgreSQL's protocol`)
  }
  const network = typeof code === 'string' ? NETWORK[code] : undefined
  if (network && !progress.tls) return new AppError('unreachable', `${where}: ${network}`)
  if (text === 'timeout expired') return silence(where, progress, timeout)
  if (progress.tls && !progress.spoke) return new AppError('tls-failed', `${where}: ${text}`)
  if (text.startsWith('Connection terminated')) {
    return new AppError('unreachable', `${where} closed the connection before the login was done`)
  }
  return new AppError('unreachable', `${where}: ${text}`)
}

/** Said when the first byte is none that PostgreSQL begins with. */
export const GARBAGE = 'not a PostgreSQL message'
const E = 0x45

function silence(where: string, progress: Progress, timeout: number): AppError {
  const waited = `${timeout / 1000} s`
  if (!progress.connected) return new AppError('unreachable', `${where}: no answer within ${waited}`)
  if (progress.firstByte === undefined) {
    // A login reads system catalogs: under a lock on them a PostgreSQL is as silent as a stranger.
    const causes =
      'another kind of server, one that hangs, a pooler without a free connection, or a lock on its system catalogs'
    return new AppError(
      'unreachable',
      `${where} took the connection but said nothing for ${waited}: ${causes}`,
    )
  }
  return new AppError('unreachable', `${where}: the login was not done within ${waited}`)
}

/** A login that was done, and then nothing was answered for `timeout` ms: a pooler lets clients in before it has a server for them. */
export const unanswered = (where: string, timeout: number): AppError =>
  new AppError(
    'unreachable',
    `${where} let us in but answered nothing for ${timeout / 1000} s: a pooler whose connections are all taken, a server that hangs, or a lock on its system catalogs`,
  )

/** What poolers say when they have no connection left: PgBouncer (doc/config.md, client.c), Supavisor (client_handler.ex). */
const POOL_TAKEN =
  /^query_wait_timeout|no more connections allowed|max ?clients ?reached|unable to check out .* from the pool/i

/** A connection that stood and then failed with these words. */
export const lostError = (where: string, text: string): AppError =>
  new AppError(POOL_TAKEN.test(text) ? 'pool-exhausted' : 'unreachable', `${where}: ${text}`)

/** By SQLSTATE: PostgreSQL documentation, appendix A. XX000 is what Supavisor sends for an unknown tenant. */
function refusal(state: string, text: string, where: string): AppError {
  const said = `${where}: ${text}`
  const lost = lostError(where, text)
  if (lost.code === 'pool-exhausted') return lost
  if (state === '53300') return new AppError('too-many-connections', said)
  if (state.startsWith('28') || state === '3D000' || state === '42501' || state === 'XX000') {
    // The state tells openConnection whether another encryption could change the answer.
    return new AppError('login-failed', said, { cause: state })
  }
  return lost
}
