import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { FaultContext, FaultSession, SessionOptions } from './fault.ts'
import type { Application } from './roles.ts'

/** Before a lost session of a repetition is opened again, seconds. */
const REOPEN = 1

interface Open extends FaultSession {
  readonly pid: number
}

/** The sessions and repetitions of one fault while it is on. */
export interface FaultSessions extends Pick<FaultContext, 'session' | 'repeat'> {
  /** Ends them all, also those that wait or work. */
  endAll(): Promise<void>
}

export interface FaultSessionsOptions {
  readonly url: (role: Application) => string
  readonly query: FaultContext['query']
  /** All sessions are gone although nobody called `endAll`: somebody ended them on the server. */
  readonly onLost: () => void
}

export function createFaultSessions(o: FaultSessionsOptions): FaultSessions {
  const open = new Set<Open>()
  const repetitions: Promise<void>[] = []
  const ending = new AbortController()

  async function connect({ role, application = role }: SessionOptions, onEnd: () => void): Promise<Open> {
    const client = new pg.Client({ connectionString: o.url(role), application_name: application })
    // What ends a session is seen by its `end`.
    client.on('error', () => {})
    await client.connect()
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
    const session: Open = {
      pid: rows[0]?.pid ?? 0,
      query: async (sql, values) => (await client.query(sql, [...(values ?? [])])).rows,
      end: () => client.end(),
    }
    open.add(session)
    client.on('end', () => {
      open.delete(session)
      onEnd()
    })
    return session
  }

  return {
    session: (options) =>
      connect(options, () => {
        if (open.size === 0 && !ending.signal.aborted) o.onLost()
      }),
    repeat({ pause, ...options }, work) {
      const wait = (seconds: number) =>
        sleep(seconds * 1000, undefined, { signal: ending.signal }).catch(() => {})
      const once = async () => {
        const session = await connect(options, () => {})
        try {
          while (!ending.signal.aborted) {
            await work(session)
            await wait(pause)
          }
        } finally {
          await session.end()
        }
      }
      const forever = async () => {
        while (!ending.signal.aborted) {
          // A statement that was cancelled or a session that was ended by hand: begin again.
          await once().catch(() => {})
          await wait(REOPEN)
        }
      }
      repetitions.push(forever())
    },
    async endAll() {
      ending.abort()
      const pids = [...open].map((session) => session.pid)
      // All are told before any is waited for: a wait takes 0.1 s at least.
      await o.query('select pg_terminate_backend(pid) from unnest($1::integer[]) pid', [pids])
      await o.query('select pg_terminate_backend(pid, 5000) from pg_stat_activity where pid = any ($1)', [
        pids,
      ])
      await Promise.all(repetitions)
    },
  }
}
