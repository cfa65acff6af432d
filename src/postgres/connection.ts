import type { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import pg from 'pg'
import { AppError } from '../core/errors.ts'
import { cancelQuery } from './cancel.ts'
import { connectError, GARBAGE, type Progress } from './connect-error.ts'
import { divertRows, type RowReceiver } from './data-rows.ts'
import type { TextRow } from './parse-rows.ts'
import { createPlanNames, isLostPlan } from './plan-names.ts'
import type { ConnectionSpec } from './url.ts'

export interface TextResult {
  readonly fields: readonly string[]
  /** Type oids of the fields. */
  readonly types: readonly number[]
  readonly rows: readonly TextRow[]
}

export interface Notice {
  /** `WARNING`, `NOTICE`, `INFO`, in the language of the server's messages. */
  readonly severity: string
  readonly message: string
}

export interface QueryOptions {
  /**
   * Keep the statement's plan on the server for the next time. Only on a session that is known to be ours alone.
   * Once the server has lost a plan, statements are sent in full again.
   */
  readonly prepared?: boolean
  /** Gets the rows, which the result then does not have. Only with a pipeline. */
  readonly receiver?: RowReceiver | undefined
}

/** One session of the server. Queries run in the order of the calls, pipelined; values come as PostgreSQL's texts. */
export interface Connection {
  readonly where: string
  /** As the server reported at login, for example `17.2`. */
  readonly serverVersion: string
  /** Process id as the login told it: behind a pooler it is not the server process's. */
  readonly processId: number
  /** Why the session is gone, or undefined while it stands. */
  readonly lost: string | undefined
  query(text: string, values?: readonly unknown[], options?: QueryOptions): Promise<TextResult>
  /** Sends all that `work` asks for in one piece. */
  together<T>(work: () => T): T
  /** Calls back with each notice that the server sends, until the returned function is called. */
  onNotice(listener: (notice: Notice) => void): () => void
  /** Asks the server to end the running query. Waits for `timeout` ms at most. */
  cancel(timeout: number): Promise<void>
  /** Drops the session at once; pending queries reject. */
  destroy(why: string): void
  /** Says goodbye. */
  end(): Promise<void>
  /** For what needs the wire itself: COPY and pg_dump's own protocol (bulk-session.ts), simple queries (pooler-console.ts). */
  readonly client: pg.Client
}

type NoticeFields = { readonly severity?: string | undefined; readonly message?: string | undefined }

/** The parts of pg's client that its types leave out. */
interface Inner {
  readonly connection: EventEmitter & { readonly stream: Socket }
  readonly processID: number | null
  readonly secretKey: number | null
}

/** Opens a session as the sslmode says: `prefer` falls back to plain, `allow` to TLS. Throws AppError. */
export async function openConnection(
  spec: ConnectionSpec,
  timeout: number,
  application = 'pgtend',
  pipeline = true,
): Promise<Connection> {
  const attempts: (false | ConnectionOptions)[] =
    spec.ssl === false ? [false] : spec.sslmode === 'prefer' ? [spec.ssl, false] : [spec.ssl]
  if (spec.ssl !== false && spec.sslmode === 'allow') attempts.unshift(false)
  let failure: AppError | undefined
  for (const ssl of attempts) {
    try {
      return await attempt(spec, ssl, timeout, application, pipeline)
    } catch (error) {
      const next = error as AppError
      // Of two failures the one that is not about TLS says more.
      failure = failure !== undefined && next.code === 'tls-failed' ? failure : next
      if (!dependsOnTls(next)) break
    }
  }
  throw failure as AppError
}

/** Whether another encryption could give another answer: TLS itself, or a rule of pg_hba.conf (28000). Never a wrong password. */
const dependsOnTls = (error: AppError): boolean => error.code === 'tls-failed' || error.cause === '28000'

const textOnly = { getTypeParser: () => (text: string) => text }

async function attempt(
  spec: ConnectionSpec,
  ssl: false | ConnectionOptions,
  timeout: number,
  application: string,
  pipeline: boolean,
): Promise<Connection> {
  const where = spec.host.startsWith('/')
    ? `${spec.host}:${spec.port}`
    : `${bracketed(spec.host)}:${spec.port}`
  const progress: Progress = { connected: false, firstByte: undefined, tls: false, spoke: false }
  const noPassword = () => {
    throw new AppError('login-failed', `${where} asks for a password and none was given`)
  }
  const client = new pg.Client({
    host: spec.host,
    port: spec.port,
    user: spec.user,
    database: spec.database,
    // Never undefined: pg would look into PGPASSWORD and ~/.pgpass by itself.
    password: spec.password ?? noPassword,
    // A copy: pg hides the key in the object that it is given.
    ssl: ssl === false ? false : { ...ssl },
    sslnegotiation: 'postgres',
    application_name: application,
    ...(spec.options !== undefined && { options: spec.options }),
    connectionTimeoutMillis: timeout,
    keepAlive: true,
    pipeline,
    types: textOnly,
    enableChannelBinding: ssl !== false && spec.channelBinding === 'require',
  } as pg.ClientConfig)
  const inner = client as unknown as Inner
  let lost: string | undefined
  let serverVersion = ''
  // Always listened to: an unhandled 'error' would end the process.
  client.on('error', (error: Error) => {
    lost ??= error.message
  })
  client.on('end', () => {
    lost ??= 'the connection was closed'
  })
  watchLogin(inner, progress, ssl === false)
  inner.connection.on('parameterStatus', (m: { parameterName: string; parameterValue: string }) => {
    if (m.parameterName === 'server_version') serverVersion = m.parameterValue
  })
  let unbound: AppError | undefined
  if (spec.channelBinding === 'require') {
    requireBinding(inner, () => {
      unbound = new AppError(
        'login-failed',
        `${where} does not offer channel binding, which the URL requires`,
      )
      inner.connection.stream.destroy(unbound)
    })
  }
  try {
    await client.connect()
    // A login without a password may be done before the drop is noticed.
    if (unbound) throw unbound
  } catch (error) {
    inner.connection.stream.destroy()
    throw connectError(error, where, progress, timeout)
  }
  let turn: Promise<unknown> = Promise.resolve()
  const expect = pipeline ? divertRows(inner.connection.stream) : undefined
  const plans = createPlanNames()
  return {
    client,
    where,
    serverVersion,
    processId: inner.processID ?? 0,
    get lost() {
      return lost
    },
    async query(text, values, { prepared = false, receiver } = {}) {
      const name = prepared ? plans.nameOf(text) : undefined
      const send = () => {
        expect?.(receiver)
        return client.query({
          text,
          ...(name && { name }),
          ...(values && { values: [...values] }),
          rowMode: 'array',
          queryMode: 'extended',
        } as pg.QueryArrayConfig)
      }
      const sent = pipeline ? send() : turn.then(send)
      turn = sent.catch(() => undefined)
      const result = await sent.catch((error: unknown) => {
        if (name !== undefined && isLostPlan(error)) plans.stop()
        throw error
      })
      const { fields } = result
      return {
        fields: fields.map((f) => f.name),
        types: fields.map((f) => f.dataTypeID),
        rows: result.rows as TextRow[],
      }
    },
    together(work) {
      const { stream } = inner.connection
      stream.cork()
      try {
        return work()
      } finally {
        stream.uncork()
      }
    },
    onNotice(listener) {
      const hear = (n: NoticeFields) =>
        listener({ severity: n.severity ?? 'NOTICE', message: n.message ?? '' })
      client.on('notice', hear)
      return () => client.off('notice', hear)
    },
    cancel: (timeout) => {
      const { processID, secretKey } = inner
      const of = {
        host: spec.host,
        port: spec.port,
        ssl,
        processId: processID ?? 0,
        secretKey: secretKey ?? 0,
      }
      return cancelQuery(of, timeout)
    },
    destroy(why) {
      lost ??= why
      inner.connection.stream.destroy()
    },
    async end() {
      if (lost !== undefined) return
      lost = 'the session was closed'
      const giveUp = setTimeout(() => inner.connection.stream.destroy(), 1000)
      await client.end().finally(() => clearTimeout(giveUp))
    },
  }
}

/** Notes how far the login comes, and drops what does not begin like PostgreSQL. */
function watchLogin(inner: Inner, progress: Progress, plain: boolean): void {
  const { connection } = inner
  const { stream } = connection
  connection.once('connect', () => {
    progress.connected = true
  })
  connection.once('sslconnect', () => {
    progress.tls = true
  })
  const spoke = () => {
    progress.spoke = true
  }
  for (const event of ['authenticationOk', 'errorMessage', 'parameterStatus']) connection.once(event, spoke)
  stream.once('data', (chunk: Buffer) => {
    progress.firstByte = chunk[0]
    if (plain && !'REvN'.includes(String.fromCharCode(chunk[0] ?? 0))) stream.destroy(new Error(GARBAGE))
  })
}

/** Calls `refuse` when a login is not bound to the TLS channel, before a password is sent. */
function requireBinding(inner: Inner, refuse: () => void): void {
  let bound = false
  const check = () => {
    if (!bound) refuse()
  }
  inner.connection.on('authenticationSASL', (m: { mechanisms: string[] }) => {
    bound = m.mechanisms.includes('SCRAM-SHA-256-PLUS')
    check()
  })
  for (const other of ['authenticationCleartextPassword', 'authenticationMD5Password', 'authenticationOk']) {
    inner.connection.on(other, check)
  }
}

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host)
