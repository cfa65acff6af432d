import pg from 'pg'
import { type BuildOptions, buildDatabase, DEFAULT_SEED, SCHEMA_VERSION } from './build.ts'
import { ROLES } from './roles.ts'

export const DATABASE = 'wedsync'

/** Runs work on a superuser session that pg_stat_statements doesn't see. */
export async function asAdmin<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'pgtend demo',
    options: '-c pg_stat_statements.track=none',
  })
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** What the database was built from, kept as its comment: written last, so it says that the build was finished. */
const markOf = ({ scale, seed = DEFAULT_SEED }: BuildOptions) =>
  JSON.stringify({ madeBy: 'pgtend demo', version: SCHEMA_VERSION, seed, scale })

/** Whether the server has the database that these options would build. */
export function isBuilt(url: (database: string) => string, options: BuildOptions): Promise<boolean> {
  return asAdmin(url('postgres'), async (client) => {
    const { rows } = await client.query(
      `select shobj_description(oid, 'pg_database') as mark from pg_database where datname = $1`,
      [DATABASE],
    )
    return rows[0]?.mark === markOf(options)
  })
}

/** Makes the database, in place of a half-built or an older one. */
export async function makeDatabase(url: (database: string) => string, options: BuildOptions): Promise<void> {
  await asAdmin(url('postgres'), async (client) => {
    await client.query(`drop database if exists ${DATABASE} with (force)`)
    for (const sql of ROLES) await client.query(sql)
    await client.query(`create database ${DATABASE}`)
  })
  await asAdmin(url(DATABASE), async (client) => {
    await client.query('create extension if not exists pg_stat_statements')
    await client.query('create extension if not exists pg_prewarm')
  })
  await buildDatabase(url(DATABASE), options)
  await asAdmin(url('postgres'), (client) =>
    client.query(`comment on database ${DATABASE} is '${markOf(options)}'`),
  )
}

/** Reads all tables and indexes into memory, as they would be in a server that has run for a while. */
export function prewarm(url: string): Promise<void> {
  return asAdmin(url, async (client) => {
    await client.query(`
      select pg_prewarm(oid) from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'i') and relpages > 0`)
  })
}
