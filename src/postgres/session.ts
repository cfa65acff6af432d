import { AppError } from '../core/errors.ts'
import type { Capabilities } from '../core/server.ts'
import { readCapabilities, refuseOld } from './capabilities.ts'
import { type Connection, openConnection } from './connection.ts'
import { type Flight, type FlightOptions, type FlightRequest, newMemory, runFlight } from './flight.ts'
import type { ConnectionSpec } from './url.ts'

/** One connection to a watched server. Flights run one after the other. */
export interface Session {
  readonly capabilities: Capabilities
  /** False once the connection is lost or closed: connect again. */
  readonly open: boolean
  /** Reads the given probes in one round trip. Throws AppError `unreachable` when the connection is lost. */
  flight(requests: readonly FlightRequest[], options?: FlightOptions): Promise<Flight>
  /** Reads the capabilities again. Throws AppError `unreachable` when the connection is lost. */
  refresh(): Promise<Capabilities>
  close(): Promise<void>
}

/** A grant or an extension made meanwhile is seen after at most this long, in ms. */
const CAPABILITIES_AGE = 60_000

/**
 * Connects and reads what the server is. `timeout` of the login in ms, default 5000.
 * Throws AppError: unreachable, login-failed, tls-failed, not-postgres, too-old, too-many-connections or pool-exhausted.
 */
export async function connect(spec: ConnectionSpec, options: { timeout?: number } = {}): Promise<Session> {
  const connection = await openConnection(spec, options.timeout ?? 5000)
  try {
    refuseOld(connection.serverVersion)
    return makeSession(connection, spec, await readCapabilities(connection, spec))
  } catch (error) {
    connection.destroy('the server is not usable')
    throw error
  }
}

function makeSession(connection: Connection, spec: ConnectionSpec, first: Capabilities): Session {
  let capabilities = first
  let readAt = performance.now()
  const memory = newMemory()
  let queue: Promise<unknown> = Promise.resolve()

  const alive = () => {
    if (connection.lost !== undefined) {
      throw new AppError('unreachable', `${connection.where}: ${connection.lost}`)
    }
  }
  const refresh = async (): Promise<Capabilities> => {
    alive()
    capabilities = await readCapabilities(connection, spec)
    readAt = performance.now()
    return capabilities
  }
  const fly = async (requests: readonly FlightRequest[], options?: FlightOptions): Promise<Flight> => {
    alive()
    if (performance.now() - readAt > CAPABILITIES_AGE) await refresh()
    const { inRecovery, ...flight } = await runFlight(connection, capabilities, requests, options, memory)
    // A promoted standby keeps its sessions: read anew before the next flight.
    if (inRecovery !== (capabilities.role === 'standby')) readAt = Number.NEGATIVE_INFINITY
    return flight
  }
  // Two transactions at once on one connection would run into each other.
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const run = queue.then(work)
    queue = run.catch(() => undefined)
    return run
  }

  return {
    get capabilities() {
      return capabilities
    },
    get open() {
      return connection.lost === undefined
    },
    flight: (requests, options) => inTurn(() => fly(requests, options)),
    refresh: () => inTurn(refresh),
    close: () => connection.end(),
  }
}
