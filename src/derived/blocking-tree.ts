import { detail, flag, gauge, id, optional } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { maybe } from '../core/given.ts'
import { redactLiterals } from '../core/redact.ts'
import activity from '../probes/activity.ts'
import blocking from '../probes/blocking.ts'
import { whySpared } from './_session.ts'

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
  doc: 'Sessions that wait for a lock and those that hold it, as a tree: each root is followed by what it blocks. Process 0 is a prepared transaction.',
  rows: 'many',
  from: { blocking, activity: maybe(activity) },
  columns: {
    pid: id('Process id of the session; 0 for a prepared transaction'),
    root: id('Process id of the session at the head of its chain'),
    blocker: optional(gauge('none', 'Process id of the session that blocks it directly; none for a root')),
    depth: gauge('count', 'Steps down from the root'),
    is_root: flag('Whether it is at the head of a chain'),
    blocked: gauge('count', 'Sessions that wait for it, directly or behind others'),
    waiting: optional(gauge('seconds', 'How long it has been waiting')),
    mode: optional(detail('Lock mode that it waits for')),
    lock_type: optional(detail('Kind of thing that is locked')),
    relation: optional(detail('Table or index that is locked')),
    state: optional(detail('State of the session')),
    state_seconds: optional(gauge('seconds', 'Time spent in this state')),
    application: optional(detail('Application name as the client gave it')),
    user: optional(detail('Role')),
    database: optional(detail('Database')),
    protected: optional(
      detail('Why it is not to be ended, such as that it belongs to a pooler; null where it may be'),
    ),
    query: optional(detail('Its statement without literals, or the last one of an idle transaction')),
  },
  compute({ blocking, activity = [] }) {
    const waits = new Map(blocking.map((b) => [b.pid, b]))
    const sessions = new Map(activity.map((a) => [a.pid, a]))
    const blockersOf: Edges = new Map(blocking.map((b) => [b.pid, b.blocked_by]))
    const waitersOf = new Map<number, number[]>()
    for (const b of blocking)
      for (const blocker of b.blocked_by) waitersOf.set(blocker, [...(waitersOf.get(blocker) ?? []), b.pid])
    const pids = [...new Set([...blockersOf.keys(), ...waitersOf.keys()])]
    const rows = pids.map((pid) => {
      const path = pathToRoot(pid, blockersOf)
      const wait = waits.get(pid)
      const session = sessions.get(pid)
      return {
        pid,
        root: path.at(-1) ?? pid,
        blocker: path[1] ?? null,
        depth: path.length - 1,
        is_root: path.length === 1,
        blocked: waitingFor(pid, waitersOf),
        waiting: wait?.waiting ?? null,
        mode: wait?.mode ?? null,
        lock_type: wait?.lock_type ?? null,
        relation: wait?.relation ?? null,
        state: session?.state ?? null,
        state_seconds: session?.state_age ?? null,
        application: session?.application ?? null,
        user: session?.user ?? null,
        database: session?.database ?? wait?.database ?? null,
        protected: (session && whySpared(session)) ?? null,
        query: session?.query ? redactLiterals(session.query) : null,
      }
    })
    return inTreeOrder(rows)
  },
})

/** Each root with all below it, the one that blocks most first. */
function inTreeOrder<R extends { pid: number; blocker: number | null; blocked: number }>(
  rows: readonly R[],
): readonly R[] {
  const children = Map.groupBy(rows, (r) => r.blocker)
  const sorted = (blocker: number | null) =>
    [...(children.get(blocker) ?? [])].sort((a, b) => b.blocked - a.blocked || a.pid - b.pid)
  const below = (row: R): readonly R[] => [row, ...sorted(row.pid).flatMap(below)]
  return sorted(null).flatMap(below)
}
