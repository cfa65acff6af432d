import { setTimeout as sleep } from 'node:timers/promises'
import { AppError, toAppError } from '../core/errors.ts'
import { plural } from '../core/format.ts'
import { fail, type Outcome, ok } from '../core/outcome.ts'
import { type Probe, sqlFor } from '../core/probe.ts'
import { type Connection, openConnection } from './connection.ts'
import { withDeadline } from './deadline.ts'
import { parseRows } from './parse-rows.ts'
import { connect, type Session } from './session.ts'
import type { ConnectionSpec } from './url.ts'

/** Of a login and of an answer, in ms. The console answers from memory. */
const PATIENCE = 3000

/** PgBouncer's admin console: a database of its own that knows only SHOW and its like, and only the simple protocol. */
interface Console {
  ask(probe: Probe): Promise<Outcome>
  close(): Promise<void>
}

function openConsole(spec: ConnectionSpec): Console {
  // The attempt and not what came of it: one that is under way is closed as well.
  let opening: Promise<Connection> | undefined
  const opened = async (): Promise<Connection> => {
    const last = opening
    const connection = await last?.catch(() => undefined)
    if (connection && connection.lost === undefined) return connection
    // Somebody else may have begun another meanwhile.
    if (opening === last) opening = openConnection(spec, PATIENCE, 'pgtend', false)
    return opening as Promise<Connection>
  }
  const rowsOf = async (probe: Probe): Promise<Outcome> => {
    const connection = await opened()
    // No values and no name: sent as a simple query, the only kind that the console takes.
    const query = { text: sqlFor(probe, 18) ?? '', rowMode: 'array' } as const
    const { value } = await withDeadline(connection, PATIENCE, connection.client.query<string[]>(query))
    const names = value.fields.map((f) => f.name)
    const columns = Object.keys(probe.columns)
    const places = columns.map((name) => names.indexOf(name))
    const rows = value.rows.map((row) => places.map((i) => row[i] ?? null))
    return ok(parseRows(probe.columns, columns, rows))
  }
  return {
    ask: (probe) =>
      rowsOf(probe).catch((error: unknown) => {
        const said = error instanceof Error ? error.message : String(error)
        return fail(
          'failed',
          `the admin console of the pooler at ${spec.host}:${spec.port}: ${said}`,
          'Give the URL of the admin console as pooler of the target, with a user of its stats_users or admin_users.',
        )
      }),
    close: async () => (await opening?.catch(() => undefined))?.end(),
  }
}

/**
 * Connects with what the pooler's console tells beside the session; neither waits for the other for longer than its patience.
 * `pools` is what to ask the console where an answer is late. Throws as `connect` does, and AppError `pool-exhausted`.
 */
export async function connectWithConsole(
  spec: ConnectionSpec,
  of: ConnectionSpec,
  pools: Probe,
): Promise<Session> {
  const console = openConsole(of)
  const through = spec.host === of.host && spec.port === of.port
  const explained = <T>(work: Promise<T>): Promise<T> =>
    through ? explain(work, spec, () => console.ask(pools)) : work
  try {
    return beside(await explained(connect(spec)), console, explained)
  } catch (error) {
    await console.close()
    throw error
  }
}

function beside(session: Session, console: Console, explained: <T>(work: Promise<T>) => Promise<T>): Session {
  return {
    get capabilities() {
      return session.capabilities
    },
    get open() {
      return session.open
    },
    refresh: () => explained(session.refresh()),
    async flight(requests, options) {
      const asked = requests.filter((r) => r.probe.source === 'pooler')
      const others = requests.filter((r) => r.probe.source !== 'pooler')
      const told = asked.map(async ({ probe }) => {
        const begun = performance.now()
        const outcome = await console.ask(probe)
        const rows = outcome.ok ? outcome.rows.length : 0
        return [probe.name, { outcome, ms: performance.now() - begun, rows, bytes: 0 }] as const
      })
      // Nothing is left under way by a flight that fails.
      const answers = Promise.all(told)
      const flight = await explained(session.flight(others, options)).finally(() => answers)
      return { ...flight, results: new Map([...flight.results, ...(await answers)]) }
    },
    async close() {
      await Promise.all([session.close(), console.close()])
    },
  }
}

/** In ms: an answer through the pooler is late. By then the console counts us among those that wait. */
const LATE = 2000

/** What the work gives. Where it is late and fails, and the pool it went through was taken, the error says that. */
async function explain<T>(work: Promise<T>, spec: ConnectionSpec, look: () => Promise<Outcome>): Promise<T> {
  const done = new AbortController()
  const seen = sleep(LATE, undefined, { signal: done.signal }).then(look, () => undefined)
  try {
    return await work
  } catch (error) {
    done.abort()
    const taken = takenPool(await seen, spec)
    throw taken !== undefined && toAppError(error).code === 'unreachable'
      ? new AppError('pool-exhausted', `${spec.host}:${spec.port}: ${taken}`, { cause: error })
      : error
  } finally {
    done.abort()
  }
}

/** How the pool of a URL is taken, or undefined: clients wait, and every server connection is another client's. */
function takenPool(pools: Outcome | undefined, { database, user }: ConnectionSpec): string | undefined {
  const pool = pools?.ok ? pools.rows.find((p) => p.database === database && p.user === user) : undefined
  const count = (column: string) => Number(pool?.[column] ?? 0)
  const [waiting, taken] = [count('cl_waiting'), count('sv_active')]
  if (waiting === 0 || taken === 0 || count('sv_idle') > 0) return undefined
  return `the pool ${database}/${user} is taken: ${plural(taken, 'server connection')} with clients, none free, ${plural(waiting, 'client')} waiting`
}
