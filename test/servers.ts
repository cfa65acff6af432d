/** The shared servers of the test run (global-setup.ts starts them) and fresh databases on them. */
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { MAJORS, type Major } from '../src/core/probe.ts'

export interface ServerUrlOptions {
  /**
   * pgtend_monitor has only pg_monitor, pgtend_blind nothing; pgtend_secret must log in with the password `secret`,
   * the others need none.
   */
  user?: 'postgres' | 'pgtend_monitor' | 'pgtend_blind' | 'pgtend_secret'
  database?: string
}

export interface TestDatabase {
  readonly name: string
  /** As superuser. */
  readonly url: string
  /** As pgtend_monitor. */
  readonly monitorUrl: string
  /** As pgtend_blind. */
  readonly blindUrl: string
  /** Runs SQL as superuser. */
  query(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>
  /** A new superuser connection; drop() ends it. */
  client(): Promise<pg.Client>
  drop(): Promise<void>
}

const ports = inject('ports')

/** The majors that run here, oldest first. */
export const majors: readonly Major[] = MAJORS.filter((major) => ports[major] !== undefined)

/** For tests that need only one server: 17 if it runs, else the newest. */
export const LATEST: Major = majors.includes(17) ? 17 : (majors.at(-1) ?? 17)

export function serverUrl(
  major: Major,
  { user = 'postgres', database = 'postgres' }: ServerUrlOptions = {},
): string {
  const port = ports[major]
  if (port === undefined) throw new Error(`no PostgreSQL ${major} runs for the tests`)
  return `postgres://${user}@127.0.0.1:${port}/${encodeURIComponent(database)}`
}

/** Creates a database with a name of its own; pg_stat_statements is in it. */
export async function freshDatabase(major: Major): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`
  await onServer(major, `CREATE DATABASE ${name}`)
  const url = serverUrl(major, { database: name })
  const clients: pg.Client[] = []
  const client = async () => {
    const opened = new pg.Client({ connectionString: url })
    // A test may end its backend on purpose.
    opened.on('error', () => {})
    await opened.connect()
    clients.push(opened)
    return opened
  }
  let own: Promise<pg.Client> | undefined
  return {
    name,
    url,
    monitorUrl: serverUrl(major, { user: 'pgtend_monitor', database: name }),
    blindUrl: serverUrl(major, { user: 'pgtend_blind', database: name }),
    client,
    async query(sql, values) {
      own ??= client()
      const result = await (await own).query(sql, values)
      return result.rows as Record<string, unknown>[]
    },
    async drop() {
      // First the database, since a client whose query is blocked would never end by itself.
      await onServer(major, `DROP DATABASE ${name} WITH (FORCE)`)
      await Promise.allSettled(clients.map((opened) => opened.end()))
    },
  }
}

async function onServer(major: Major, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl(major) })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
