import type { Capabilities } from '../core/server.ts'

/**
 * Whether each transaction may land in another session of the server. Pure.
 * A login that told another process id than the server process's went through a proxy; the proxy's mode can't be
 * asked for over an ordinary session, so the careful answer is `transaction`, except where the host tells.
 */
export function detectPooler(seen: {
  readonly host: string
  readonly port: number
  /** Process id that the login told. */
  readonly loginPid: number
  /** pg_backend_pid() of statements outside a common transaction. */
  readonly backendPids: readonly number[]
}): Capabilities['pooler'] {
  // Supabase's poolers: 6543 is transaction mode, 5432 session mode.
  if (seen.port === 6543) return 'transaction'
  if (new Set(seen.backendPids).size > 1) return 'transaction'
  if (seen.backendPids.every((pid) => pid === seen.loginPid)) return 'none'
  const host = seen.host.toLowerCase()
  if (host.endsWith('.pooler.supabase.com')) return 'none'
  if (host.endsWith('.neon.tech')) return host.split('.')[0]?.endsWith('-pooler') ? 'transaction' : 'none'
  return 'transaction'
}
