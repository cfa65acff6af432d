import { detail, flag, gauge, label, optional, reference } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { maybe } from '../core/given.ts'
import { conflicts } from '../core/lock-mode.ts'
import { redactLiterals } from '../core/redact.ts'
import type { Row } from '../core/table.ts'
import activity from '../probes/activity.ts'
import blocking from '../probes/blocking.ts'
import preparedTransactions from '../probes/prepared-transactions.ts'
import { serverProcesses, whyKept } from './_server-process.ts'
import { preparedSubject, sessionSubject, whySpared } from './_session.ts'

/** By process id; a prepared transaction has none, and a number below 1 here. */
type Edges = ReadonlyMap<number, readonly number[]>

/** The processes from `pid` up to the one at the head; in a deadlock the one with the least number is the head. */
function pathToRoot(pid: number, blockersOf: Edges): readonly number[] {
  const path = [pid]
  for (let at = blockersOf.get(pid)?.[0]; at !== undefined; at = blockersOf.get(at)?.[0]) {
    const loop = path.indexOf(at)
    if (loop !== -1) {
      const head = Math.min(...path.slice(loop))
      return path.slice(0, path.indexOf(head) + 1)
    }
    path.push(at)
  }
  return path
}

/** How many wait for `pid`, directly or behind others. */
function waitingFor(pid: number, waitersOf: Edges): number {
  const seen = new Set([pid])
  const queue = [pid]
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    for (const waiter of waitersOf.get(at) ?? []) {
      if (seen.has(waiter)) continue
      seen.add(waiter)
      queue.push(waiter)
    }
  }
  return seen.size - 1
}

export default defineDerived({
  name: 'blocking-tree',
  title: 'Who waits for whom',
  doc: 'Sessions that wait for a lock and those that hold it, as a tree: each root is followed by what it blocks. A root may be a prepared transaction, which no session holds open, or a process of the server, such as autovacuum.',
  rows: 'many',
  from: { blocking, activity: maybe(activity), prepared: maybe(preparedTransactions) },
  columns: {
    subject: label('Who, as findings name it: pid 4711, or prepared transaction and its name'),
    pid: reference('Process id of the session; 0 for a prepared transaction'),
    transaction: optional(detail('Name of the prepared transaction; null for a session')),
    root: label('Subject of the one at the head of its chain'),
    blocker: optional(detail('Subject of the one that blocks it directly; null for a root')),
    depth: gauge('count', 'Steps down from the root'),
    is_root: flag('Whether it is at the head of a chain'),
    blocked: gauge('count', 'Sessions that wait for it, directly or behind others'),
    waiting: optional(gauge('seconds', 'How long it has been waiting')),
    mode: optional(detail('Lock mode that it waits for')),
    lock_type: optional(detail('Kind of thing that is locked')),
    relation: optional(detail('Table or index that is locked')),
    state: optional(detail('State of the session, or prepared')),
    state_seconds: optional(gauge('seconds', 'Time spent in this state')),
    application: optional(detail('Application name as the client gave it')),
    user: optional(detail('Role; of a prepared transaction the one that prepared it')),
    database: optional(detail('Database')),
    backend_type: optional(
      detail(
        'What process of the server it is, such as autovacuum worker; null for a client, and where hidden',
      ),
    ),
    protected: optional(
      detail('Why it is not to be ended, such as that it belongs to a pooler; null where it may be'),
    ),
    query: optional(
      detail(
        'Its statement without literals, or the last one of an idle transaction; what an autovacuum does',
      ),
    ),
  },
  compute({ blocking, activity = [], prepared = [] }) {
    const names = [...new Set(blocking.flatMap(preparedBefore))].sort()
    const transactions = new Map(prepared.map((p) => [p.transaction, p]))
    const processes = serverProcesses(blocking)
    const waits = new Map(blocking.map((b) => [b.pid, b]))
    const sessions = new Map(activity.map((a) => [a.pid, a]))
    const blockersOf: Edges = new Map(blocking.map((b) => [b.pid, blockersBy(b, names)]))
    const waitersOf = new Map<number, number[]>()
    for (const [pid, blockers] of blockersOf)
      for (const blocker of blockers) waitersOf.set(blocker, [...(waitersOf.get(blocker) ?? []), pid])
    const subjectOf = (node: number) => (node > 0 ? sessionSubject(node) : preparedSubject(names[-1 - node]))
    const pids = [...new Set([...blockersOf.keys(), ...waitersOf.keys()])]
    const rows = pids.map((pid) => {
      const path = pathToRoot(pid, blockersOf)
      const wait = waits.get(pid)
      const session = sessions.get(pid)
      const process = session ? undefined : processes.get(pid)
      const transaction = names[-1 - pid] ?? null
      const known = transaction === null ? undefined : transactions.get(transaction)
      return {
        node: pid,
        above: path[1] ?? null,
        subject: subjectOf(pid),
        pid: Math.max(0, pid),
        transaction,
        root: subjectOf(path.at(-1) ?? pid),
        blocker: path[1] === undefined ? null : subjectOf(path[1]),
        depth: path.length - 1,
        is_root: path.length === 1,
        blocked: waitingFor(pid, waitersOf),
        waiting: wait?.waiting ?? null,
        mode: wait?.mode ?? null,
        lock_type: wait?.lock_type ?? null,
        relation: wait?.relation ?? null,
        state: pid <= 0 ? 'prepared' : session?.state === 'disabled' ? null : (session?.state ?? null),
        state_seconds: session?.state_age ?? known?.age ?? null,
        application: session?.application ?? null,
        user: session?.user ?? known?.owner ?? null,
        database: session?.database ?? known?.database ?? wait?.database ?? null,
        backend_type: process?.backend_type ?? null,
        protected: (session && whySpared(session)) ?? (process && whyKept(process)) ?? null,
        query: session?.query ? redactLiterals(session.query) : (process?.task ?? null),
      }
    })
    return inTreeOrder(rows).map(({ node: _, above: __, ...row }) => row)
  },
})

/** Names of the prepared transactions that keep it waiting: others hold the same lock in a mode that does not. */
const preparedBefore = ({ prepared, prepared_modes: modes, mode }: Row<typeof blocking>): readonly string[] =>
  (prepared ?? []).filter((_, at) => conflicts(modes?.[at] ?? '', mode))

/** Process ids, and for prepared transactions -1 for the first of the names and so on; 0 where it was gone too soon to be named. */
function blockersBy(wait: Row<typeof blocking>, names: readonly string[]): readonly number[] {
  const prepared = [...new Set(preparedBefore(wait))].map((name) => -1 - names.indexOf(name))
  return wait.blocked_by.flatMap((pid) => (pid !== 0 ? [pid] : prepared.length > 0 ? prepared : [0]))
}

/** Each root with all below it, the one that blocks most first. */
function inTreeOrder<R extends { node: number; above: number | null; blocked: number }>(
  rows: readonly R[],
): readonly R[] {
  const children = Map.groupBy(rows, (r) => r.above)
  const sorted = (above: number | null) =>
    [...(children.get(above) ?? [])].sort(
      (a, b) => b.blocked - a.blocked || Math.abs(a.node) - Math.abs(b.node),
    )
  const below = (row: R): readonly R[] => [row, ...sorted(row.node).flatMap(below)]
  return sorted(null).flatMap(below)
}
