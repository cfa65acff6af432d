import { whyProtected } from '../core/protected-session.ts'
import type { Row } from '../core/table.ts'
import type blocking from '../probes/blocking.ts'

/** A process of the server that waits for a lock or blocks others, and serves no client. */
export interface ServerProcess {
  /** As pg_stat_activity.backend_type: `autovacuum worker`, `walsender`, … */
  readonly backend_type: string
  /** Of an autovacuum: `autovacuum: VACUUM public.t (to prevent wraparound)`. Null for others, and where not known. */
  readonly task: string | null
}

/** Those among who waits and who blocks that are no clients, by process id. */
export function serverProcesses(
  waits: readonly Pick<Row<typeof blocking>, 'pid' | 'blocked_by' | 'kinds'>[],
): ReadonlyMap<number, ServerProcess> {
  const found = new Map<number, ServerProcess>()
  const add = (pid: number, kind: string | undefined) => {
    if (!kind || kind === 'client backend') return
    const task = kind.startsWith('autovacuum: ') ? kind : null
    found.set(pid, { backend_type: task === null ? kind : 'autovacuum worker', task })
  }
  for (const { pid, blocked_by, kinds } of waits)
    for (const [at, process] of [pid, ...blocked_by].entries()) add(process, kinds[at])
  return found
}

/** Why it is not to be ended, or undefined where it may be. An autovacuum whose task can't be read may be a needed one. */
export const whyKept = ({ backend_type: backendType, task }: ServerProcess): string | undefined =>
  backendType === 'autovacuum worker' && task === null
    ? 'it may be an autovacuum that prevents transaction id wraparound'
    : whyProtected({ user: null, application: '', backendType, query: task })

/** How a sentence names it: `The autovacuum of public.t to prevent wraparound (pid 4711)`, `The walsender (pid 4712)`. */
export function nameProcess(pid: number, { backend_type: type, task }: ServerProcess): string {
  if (type !== 'autovacuum worker') return `The ${type} (pid ${pid})`
  const of = task?.replace(/^autovacuum: (?:VACUUM ANALYZE|VACUUM|ANALYZE|BRIN summarize) /, '')
  const what = of?.replace(/ \(to prevent wraparound\)$/, ' to prevent wraparound')
  return `The autovacuum${what ? ` of ${what}` : ''} (pid ${pid})`
}
