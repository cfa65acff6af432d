import pg from 'pg'
import { FOREIGN_KEYS, INDEXES } from './constraints.ts'
import { coreLoads, type Load, PARENT_LISTS } from './core-data.ts'
import { type DataOptions, generatorFunctions } from './generators.ts'
import { LOG_LISTS, logLoads } from './log-data.ts'
import { grants } from './roles.ts'
import { CORE_TABLES, LOG_TABLES, TYPES } from './schema.ts'
import { type TableName, tableSizes } from './sizes.ts'

/** To be raised with every change of schema or data: databases of another version are built anew. */
export const SCHEMA_VERSION = 1
export const DEFAULT_SEED = 20_261_123
/** Sessions that load and index at the same time. */
const SESSIONS = 2
/** Rows of a log table in one INSERT: how fine the progress is. */
const CHUNK = 50_000

export interface BuildOptions {
  readonly scale: number
  readonly seed?: number
  /** The newest moment in the data. Default: the start of this hour. */
  readonly base?: Date
  readonly onProgress?: (progress: { step: string; done: number }) => void
}

interface Job {
  readonly step: string
  /** Rough cost, for the progress alone. */
  readonly weight: number
  readonly run: (client: pg.Client) => Promise<void>
}

const job = (step: string, weight: number, ...statements: string[]): Job => ({
  step,
  weight,
  run: async (client) => {
    for (const sql of statements) await client.query(sql)
  },
})

function chunks(load: Load): readonly Job[] {
  const jobs: Job[] = []
  for (let from = 1; from <= load.rows; from += CHUNK) {
    const to = Math.min(from + CHUNK - 1, load.rows)
    jobs.push(job(`Writing ${load.table}`, to - from + 1, load.insert(from, to)))
  }
  return jobs
}

/** Fills an empty database with WedSync: tables, rows, keys, indexes, grants and statistics. */
export async function buildDatabase(url: string, o: BuildOptions): Promise<void> {
  const sizes = tableSizes(o.scale)
  const data: DataOptions = { seed: o.seed ?? DEFAULT_SEED, sizes, base: baseOf(o.base).toISOString() }
  const clients = await openSessions(url)
  const [first] = clients as [pg.Client]
  try {
    const tables = Object.keys(sizes) as TableName[]
    const stages: readonly (readonly Job[])[] = [
      [
        job(
          'Creating the schema',
          1000,
          ...generatorFunctions(data),
          ...TYPES,
          ...CORE_TABLES,
          ...LOG_TABLES,
        ),
      ],
      ...coreLoads(sizes).map((load) => [
        job(
          `Writing ${load.table}`,
          load.rows * 2,
          ...(PARENT_LISTS[load.table] ?? []),
          load.insert(1, load.rows),
        ),
      ]),
      [job('Preparing the logs', 1000, ...LOG_LISTS)],
      logLoads(sizes).flatMap(chunks),
      // Largest first, so that the sessions end at about the same time.
      [...tables]
        .sort((a, b) => sizes[b] - sizes[a])
        .map((t) => job(`Indexing ${t}`, sizes[t] * 1.5, ...INDEXES[t])),
      FOREIGN_KEYS.map((sql) => job('Adding foreign keys', sizes.activity_logs / 20, sql)),
      [job('Cleaning up', 1000, 'drop schema seed cascade', ...tables.flatMap(nextIdentity), ...grants())],
      tables.map((t) => job('Collecting statistics', sizes[t] / 2, `vacuum (analyze) ${t}`)),
    ]
    await runStages(clients, stages, o.onProgress)
    // The build is no part of the traffic.
    await first.query(
      `select pg_stat_statements_reset(0, oid, 0) from pg_database where datname = current_database()`,
    )
  } finally {
    await Promise.all(clients.map((client) => client.end()))
  }
}

function baseOf(base = new Date()): Date {
  return new Date(Math.floor(base.getTime() / 3_600_000) * 3_600_000)
}

/** Rows were written with their numbers; the next ones are to follow them. */
function nextIdentity(table: TableName): readonly string[] {
  if (!table.endsWith('_logs')) return []
  return [`select setval(pg_get_serial_sequence('${table}', 'id'), max(id)) from ${table}`]
}

async function openSessions(url: string): Promise<readonly pg.Client[]> {
  const options = '-c synchronous_commit=off -c maintenance_work_mem=256MB -c work_mem=64MB -c jit=off'
  const clients = Array.from(
    { length: SESSIONS },
    () => new pg.Client({ connectionString: url, application_name: 'pgtend demo', options }),
  )
  for (const client of clients) client.on('error', () => {})
  await Promise.all(clients.map((client) => client.connect()))
  return clients
}

/** Each stage waits for the one before; its jobs are shared out among the sessions. */
async function runStages(
  clients: readonly pg.Client[],
  stages: readonly (readonly Job[])[],
  onProgress: BuildOptions['onProgress'],
): Promise<void> {
  const total = stages.flat().reduce((sum, { weight }) => sum + weight, 0)
  let done = 0
  for (const stage of stages) {
    const waiting = [...stage]
    const work = async (client: pg.Client) => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        onProgress?.({ step: next.step, done: done / total })
        await next.run(client)
        done += next.weight
      }
    }
    const results = await Promise.allSettled(clients.map(work))
    const failed = results.find((r) => r.status === 'rejected')
    if (failed) throw failed.reason
  }
  onProgress?.({ step: 'Built', done: 1 })
}
