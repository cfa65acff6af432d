import type { Capabilities } from '../core/server.ts'

/** What is seen of a session from outside. */
export interface Seen {
  readonly host: string
  readonly port: number
  /** Process id that the login told. */
  readonly loginPid: number
  /** pg_backend_pid() of statements outside a common transaction. */
  readonly backendPids: readonly number[]
}

/**
 * Whether each transaction may land in another session of the server; undefined where one session can't tell. Pure.
 * A login that told another process id than the server process's went through a proxy; the proxy's mode can't be
 * asked for over an ordinary session.
 */
export function detectPooler(seen: Seen): Capabilities['pooler'] | undefined {
  // Supabase's poolers: 6543 is transaction mode, 5432 session mode.
  if (seen.port === 6543) return 'transaction'
  if (new Set(seen.backendPids).size > 1) return 'transaction'
  if (seen.backendPids.every((pid) => pid === seen.loginPid)) return 'none'
  const host = seen.host.toLowerCase()
  if (host.endsWith('.pooler.supabase.com')) return 'none'
  if (host.endsWith('.neon.tech')) return host.split('.')[0]?.endsWith('-pooler') ? 'transaction' : 'none'
  return undefined
}

/** Of two sessions `a` and `b`; irregular, so that a proxy that goes round its servers in turn does not look like two sessions. */
const TURNS = ['b', 'a', 'b', 'b', 'a', 'a', 'b', 'a'] as const

/**
 * Asks two sessions through the same proxy for their process ids in turns. One that hands out servers for each transaction
 * gives a server that the one has left to the other; one that keeps them for the session never does.
 */
export async function comparePids(
  a: () => Promise<number>,
  b: () => Promise<number>,
): Promise<Capabilities['pooler']> {
  const seen = { a: new Set([await a()]), b: new Set<number>() }
  for (const turn of TURNS) {
    seen[turn].add(await (turn === 'a' ? a : b)())
    if (seen.a.size > 1 || seen.b.size > 1 || [...seen.a].some((pid) => seen.b.has(pid))) return 'transaction'
  }
  return 'none'
}
