import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { type EmbeddedServer, startServer } from '../../src/embedded/server.ts'

export const SIZES = {
  small: { tables: 20, indexes: 60, statements: 200 },
  large: { tables: 2_000, indexes: 5_000, statements: 5_000 },
  huge: { tables: 20_000, indexes: 40_000, statements: 9_850 },
} as const
export type Size = keyof typeof SIZES

/** Raise it when what is built changes. */
const FORMAT = 1
const MAJOR = 15
const DATABASE = 'catalogue'
/** Tables made in one transaction: each takes a handful of locks. */
const BATCH = 100
const PER_SCHEMA = 100

/** Only what the measured sessions do is to show: no autovacuum, no checkpoint, no waking background processes. */
const SETTINGS = {
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.max': '10000',
  'pg_stat_statements.track_planning': 'on',
  autovacuum: 'off',
  fsync: 'off',
  checkpoint_timeout: '1h',
  max_wal_size: '8GB',
  bgwriter_delay: '10s',
  wal_writer_delay: '10s',
}

export interface Catalogue {
  readonly server: EmbeddedServer
  /** As superuser. */
  readonly admin: pg.Client
  /** The URL for a monitor, with the role that pgtend's docs ask for. */
  readonly url: string
  /** Empties pg_stat_statements and fills it with the application's statements. */
  fill(): Promise<void>
  /** A little of what an application does, so that counters move: statements that `fill` has made known. */
  work(): Promise<void>
  stop(): Promise<void>
}

const schemaOf = (table: number): string => `s${Math.floor(table / PER_SCHEMA)}`

/** Starts the cluster of that size; builds it when the cache folder does not hold it yet. */
export async function startCatalogue(size: Size, say: (line: string) => void): Promise<Catalogue> {
  const folder = join(tmpdir(), 'pgtend-bench', `${size}-${FORMAT}`)
  const dataDir = join(folder, 'data')
  const ready = join(folder, 'ready')
  if (!existsSync(ready)) rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const server = await startServer({ major: MAJOR, dataDir, settings: SETTINGS })
  if (!existsSync(ready)) {
    say(`building ${size}: ${SIZES[size].tables} tables (once)`)
    await build(server, size)
    writeFileSync(ready, '')
  }
  const admin = new pg.Client({ connectionString: server.url({ database: DATABASE }) })
  await admin.connect()
  const statements = applicationStatements(size)
  return {
    server,
    admin,
    url: server.url({ user: 'monitor', database: DATABASE }),
    async fill() {
      await admin.query('select pg_stat_statements_reset()')
      await run(server, statements)
    },
    work: () => run(server, statements.slice(0, 300)),
    async stop() {
      await admin.end()
      await server.stop()
    },
  }
}

async function build(server: EmbeddedServer, size: Size): Promise<void> {
  const { tables, indexes } = SIZES[size]
  const root = new pg.Client({ connectionString: server.url() })
  await root.connect()
  await root.query('create role monitor login in role pg_monitor')
  await root.query('grant pg_read_all_data to monitor')
  await root.query(`create database ${DATABASE}`)
  await root.end()
  const client = new pg.Client({ connectionString: server.url({ database: DATABASE }) })
  await client.connect()
  await client.query('create extension pg_stat_statements')
  for (let from = 0; from < tables; from += BATCH) {
    const sql: string[] = [`create schema if not exists ${schemaOf(from)};`]
    for (let t = from; t < Math.min(tables, from + BATCH); t++) sql.push(tableSql(t, indexes / tables))
    await client.query(`begin; ${sql.join('\n')} commit;`)
  }
  await client.query('analyze')
  await client.query('checkpoint')
  await client.end()
}

function tableSql(t: number, perTable: number): string {
  const name = `${schemaOf(t)}.table_${t}`
  const parent = t % PER_SCHEMA > 0 && t % 5 < 3 ? `references ${schemaOf(t)}.table_${t - 1}` : ''
  const key = t % 5 === 0 ? 'serial' : 'bigserial'
  const lines = [
    `create table ${name} (id ${key} primary key, parent_id bigint ${parent}, customer int, amount numeric(12,2),
       title text, body text, tags jsonb, active boolean, made timestamptz default now(), changed timestamptz);`,
  ]
  // The primary key is one of them; every sixth of the others has an expression or a predicate.
  const more = Math.floor((t + 1) * (perTable - 1)) - Math.floor(t * (perTable - 1))
  const keys = t % 6 === 0 ? ['(lower(title))', '(made) where active'] : ['(customer, made)', '(parent_id)']
  for (let i = 0; i < more; i++) lines.push(`create index table_${t}_i${i} on ${name} ${keys[i % 2]};`)
  if (t % 3 === 0)
    lines.push(`insert into ${name} (customer, amount, title, body, tags, active)
      select i, i * 1.5, 'title ' || i, repeat('body ', 20), '{"a": 1}', i % 2 = 0 from generate_series(1, 50) i;`)
  return lines.join('\n')
}

/** As many different statements as there are to be entries: tables times shapes, with texts as long as ORMs write them. */
function applicationStatements(size: Size): readonly string[] {
  const { tables, statements } = SIZES[size]
  const columns = 'id,customer,amount,title,body,tags,active,made,changed'.split(',')
  const shapes = Math.ceil(statements / tables)
  return Array.from({ length: statements }, (_, n) => {
    const t = n % tables
    const shape = Math.floor(n / tables) % shapes
    const list = columns.map((c) => `"table_${t}"."${c}" AS "table_${t}__${c}"`).join(', ')
    const where = Array.from({ length: 1 + (shape % 12) }, (_, i) => `"table_${t}"."customer" <> ${i}`)
    return `SELECT ${list} FROM "${schemaOf(t)}"."table_${t}" WHERE ${where.join(' AND ')} LIMIT ${1 + shape}`
  })
}

/** Runs statements over a few short connections, each of which then tells the statistics. */
async function run(server: EmbeddedServer, statements: readonly string[]): Promise<void> {
  for (let from = 0; from < statements.length; from += 1000) {
    const client = new pg.Client({ connectionString: server.url({ database: DATABASE }) })
    await client.connect()
    for (let i = from; i < Math.min(statements.length, from + 1000); i += 100) {
      // One text of many statements: each is an entry of its own.
      await client.query(statements.slice(i, Math.min(i + 100, from + 1000)).join(';'))
    }
    await client.end()
  }
}
