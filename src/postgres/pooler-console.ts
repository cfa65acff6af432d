import { fail, type Outcome, ok } from '../core/outcome.ts'
import { type Probe, sqlFor } from '../core/probe.ts'
import { type Connection, openConnection } from './connection.ts'
import { withDeadline } from './deadline.ts'
import { parseRows } from './parse-rows.ts'
import type { Session } from './session.ts'
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
  const opened = async (): Promise<Connection | undefined> => {
    const connection = await opening?.catch(() => undefined)
    return connection?.lost === undefined ? connection : undefined
  }
  const rowsOf = async (probe: Probe): Promise<Outcome> => {
    if ((await opened()) === undefined) opening = openConnection(spec, PATIENCE, 'pgtend', false)
    const connection = await (opening as Promise<Connection>)
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
    close: async () => (await opened())?.end(),
  }
}

/** The session with what the pooler's console tells beside it. Neither waits for the other for longer than its patience. */
export function withPoolerConsole(session: Session, spec: ConnectionSpec): Session {
  const console = openConsole(spec)
  return {
    get capabilities() {
      return session.capabilities
    },
    get open() {
      return session.open
    },
    refresh: () => session.refresh(),
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
      const flight = await session.flight(others, options).finally(() => answers)
      return { ...flight, results: new Map([...flight.results, ...(await answers)]) }
    },
    async close() {
      await Promise.all([session.close(), console.close()])
    },
  }
}
