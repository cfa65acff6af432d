import type { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { AppError } from '../core/errors.ts'
import type { Capabilities } from '../core/server.ts'
import { readCapabilities, refuseOld } from './capabilities.ts'
import { type Connection, openConnection } from './connection.ts'
import { sqlstateOf } from './outcome-of.ts'
import type { ConnectionSpec } from './url.ts'

type TextRow = Readonly<Record<string, string | null>>

/** A session for whole tables: COPY both ways, scripts, and the bare protocol for a program that speaks it itself. */
export interface BulkSession {
  readonly capabilities: Capabilities
  readonly where: string
  /** Extended protocol; every value as PostgreSQL's text. */
  query(sql: string, values?: readonly unknown[]): Promise<readonly TextRow[]>
  /** Simple protocol, for text of our own or that pg_dump made: it may hold several statements. Rows of the last one. */
  script(sql: string): Promise<readonly TextRow[]>
  /** Told of the SQLSTATE and text of each notice and warning. */
  onNotice(heard: (state: string, message: string) => void): void
  /** The bytes of a `COPY … TO STDOUT`. */
  copyOut(sql: string): Readable
  /** Takes the bytes of a `COPY … FROM STDIN`; `rowCount` is known when it has finished. */
  copyIn(sql: string): Writable & { readonly rowCount: number }
  /** Gives the session away: from now on its socket speaks for somebody else. */
  takeWire(): Promise<Wire>
  /** Drops the session at once: what runs is rolled back. */
  destroy(why: string): void
  end(): Promise<void>
}

/** A logged-in session as bytes. */
export interface Wire {
  /** What the server says after a login: it can be said again to a program that believes that it logs in. */
  readonly greeting: Buffer
  readonly socket: Socket
}

/** What libpq wants to be told at a login. */
const REPORTED = [
  'server_version',
  'server_encoding',
  'client_encoding',
  'standard_conforming_strings',
  'integer_datetimes',
  'is_superuser',
  'session_authorization',
  'DateStyle',
  'IntervalStyle',
  'TimeZone',
]

/** Milliseconds for the login: a busy server may be slow, and nobody waits at a screen. */
const TIMEOUT = 15_000

/**
 * Opens a session for bulk work. Throws AppError: what `connect` throws, and `needs-direct` behind a transaction pooler,
 * where the statements of one session may land in another.
 */
export async function openBulkSession(spec: ConnectionSpec, application: string): Promise<BulkSession> {
  const connection = await openConnection(spec, TIMEOUT, application, false)
  try {
    refuseOld(connection.serverVersion)
    const capabilities = await readCapabilities(connection, spec)
    if (capabilities.pooler === 'transaction') throw new AppError('needs-direct', spec.redacted)
    return makeSession(connection, capabilities)
  } catch (error) {
    connection.destroy('the server is not usable')
    throw error
  }
}

function makeSession(connection: Connection, capabilities: Capabilities): BulkSession {
  const { client } = connection
  const { stream: socket } = (client as unknown as { connection: EventEmitter & { stream: Socket } })
    .connection
  // A stream of pg-copy-streams is submitted as a query is. It may fail when nobody reads it any more.
  const submit = <T extends Readable | Writable>(stream: T): T => {
    stream.on('error', () => {})
    // It takes the socket's data for itself, and a server that crashes says nothing: without this it waits for ever.
    const onClose = () => void stream.destroy(new Error(connection.lost ?? 'the connection was lost'))
    socket.once('close', onClose)
    stream.once('close', () => socket.off('close', onClose))
    if (socket.destroyed) onClose()
    return (client.query as unknown as (stream: T) => T).call(client, stream)
  }
  const query: BulkSession['query'] = async (sql, values) => {
    const { fields, rows } = await connection.query(sql, values)
    return rows.map((row) => Object.fromEntries(fields.map((name, i) => [name, row[i] ?? null])))
  }
  return {
    capabilities,
    where: connection.where,
    query,
    async script(sql) {
      const results = [await client.query<TextRow>(sql)].flat()
      return results.at(-1)?.rows ?? []
    },
    onNotice: (heard) => void client.on('notice', ({ code = '', message = '' }) => heard(code, message)),
    copyOut: (sql) => submit(copyTo(sql)),
    copyIn: (sql) => submit(copyFrom(sql)) as Writable & { rowCount: number },
    async takeWire() {
      const values = await query(
        `SELECT name, current_setting(name, true) AS value FROM unnest($1::text[]) AS name`,
        [REPORTED],
      )
      socket.removeAllListeners('data')
      const status = values.map((v) => message('S', Buffer.from(`${v.name}\0${v.value ?? ''}\0`)))
      const greeting = Buffer.concat([
        message('R', Buffer.alloc(4)),
        ...status,
        message('K', Buffer.alloc(8)),
        message('Z', Buffer.from('I')),
      ])
      return { greeting, socket }
    },
    destroy: (why) => connection.destroy(why),
    end: () => connection.end(),
  }
}

/** A message of the protocol: type, length with itself, content. */
function message(type: string, content: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(type, 0, 'latin1')
  head.writeUInt32BE(content.length + 4, 1)
  return Buffer.concat([head, content])
}

/** The SQLSTATE of an error of a bulk session, or undefined when it isn't the server's. */
export const stateOf = (error: unknown): string | undefined => sqlstateOf(error)
