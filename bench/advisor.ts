import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import type { Major } from '../src/core/probe.ts'
import { buildDatabase } from '../src/demo/build.ts'
import { ROLES } from '../src/demo/roles.ts'
import { type EmbeddedServer, startServer } from '../src/embedded/server.ts'
import type { WorkloadAdvice } from '../src/optimizer/advice.ts'
import { adviseIndexes } from '../src/optimizer/advise.ts'
import type { WhatIf } from '../src/optimizer/planner.ts'
import type { SchemaFacts } from '../src/optimizer/schema.ts'
import { buildWorkload, type StatementActivity } from '../src/optimizer/workload.ts'
import { parseUrl } from '../src/postgres/url.ts'
import { openShadow, type Planner, type Shadow } from '../src/shadow/shadow.ts'
import { watchActivity } from '../src/statement-activity.ts'
import { costsOf, dropIndexes, savedBetween, serveTraffic } from '../test/wedsync.ts'
import { hasHypopg, hypopgPlanner, installHypopg } from './hypopg.ts'

// How fast the index advisor is and what its advice is worth, beside HypoPG where it is installed.

/** What it must keep: 100 statements on 200 tables, seconds; WedSync, seconds and share of the cost really saved, indexes. */
const GOALS = { many: 60, wedsync: 5, saved: 0.74, indexes: 25 }
const MAJOR: Major = 15
const TABLES = 200
const STATEMENTS = 100

interface Row {
  readonly what: string
  readonly 'candidates / useful'?: string
  readonly calls?: number
  readonly 'rebuild s'?: string
  readonly 'advise s': string
  readonly indexes: number
  readonly MB: string
  readonly predicted: string
  readonly real?: string
  readonly goal?: string
}

const { values: options } = parseArgs({ options: { scale: { type: 'string', default: '0.2' } } })
const folder = mkdtempSync(join(tmpdir(), 'pgtend-bench-'))
const rows: Row[] = []
const shadow = openShadow({ home: join(folder, 'shadow') })
let server: EmbeddedServer | undefined
try {
  server = await startServer({ major: MAJOR, dataDir: join(folder, 'watched') })
  await wedsync(server, shadow)
  await manyTables(server, shadow)
} finally {
  await shadow.close()
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
}
console.table(rows)
process.exitCode = rows.every((r) => !r.goal?.startsWith('missed')) ? 0 : 1

async function withDatabase<T>(
  on: EmbeddedServer,
  name: string,
  work: (client: pg.Client, url: string) => Promise<T>,
): Promise<T> {
  const admin = new pg.Client({ connectionString: on.url() })
  await admin.connect()
  await admin.query(`create database ${name}`)
  const url = on.url({ database: name })
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('create extension pg_stat_statements')
  try {
    return await work(client, url)
  } finally {
    await client.end()
    await admin.query(`drop database ${name} with (force)`)
    await admin.end()
  }
}

async function rebuilt<T>(on: Shadow, url: string, work: (planner: Planner) => Promise<T>): Promise<T> {
  const planner = await on.prepare({ spec: parseUrl(url, {}), key: url })
  try {
    return await work(planner)
  } finally {
    await planner.close()
  }
}

interface Timed {
  readonly advice: WorkloadAdvice
  readonly seconds: number
}

async function advise(
  entries: readonly StatementActivity[],
  window: number,
  schema: SchemaFacts,
  whatIf: WhatIf,
): Promise<Timed> {
  const began = performance.now()
  const advice = await adviseIndexes({ entries, window, schema, whatIf })
  return { advice, seconds: (performance.now() - began) / 1000 }
}

function percent(share: number): string {
  return `−${(100 * share).toFixed(1)} %`
}
function goal(kept: boolean, text: string): string {
  return `${kept ? 'kept' : 'missed'}: ${text}`
}

function rowOf(what: string, { advice, seconds }: Timed, more: Partial<Row>): Row {
  return {
    what,
    'candidates / useful': `${advice.effort.candidates} / ${advice.effort.useful}`,
    ...{ calls: advice.effort.calls, 'advise s': seconds.toFixed(1), indexes: advice.indexes.length },
    MB: (advice.indexes.reduce((sum, i) => sum + i.bytes, 0) / 2 ** 20).toFixed(1),
    predicted: percent(1 - advice.after / advice.before),
    ...more,
  }
}

/** WedSync without its indexes: advised from normalised texts, then made for real and every statement planned again. */
async function wedsync(on: EmbeddedServer, shadows: Shadow): Promise<void> {
  await withDatabase(on, 'wedsync', async (client, url) => {
    for (const sql of ROLES) await client.query(sql)
    await buildDatabase(url, { scale: Number(options.scale) })
    await dropIndexes(client)
    const watch = await watchActivity(parseUrl(url, {}))
    const calls = await serveTraffic(client)
    const { entries, window } = await watch.read()
    await watch.close()
    const before = await costsOf(client, calls)
    const really = async ({ advice }: Timed): Promise<number> => {
      for (const { ddl } of advice.indexes) for (const sql of ddl) await client.query(sql)
      const after = await costsOf(client, calls)
      for (const { undo } of advice.indexes) for (const sql of undo) await client.query(sql)
      return savedBetween(buildWorkload(entries).statements, before, after).saved
    }
    await rebuilt(shadows, url, async (planner) => {
      const timed = await advise(entries, window, planner.schema, planner.whatIf)
      const saved = await really(timed)
      const { length } = timed.advice.indexes
      const kept = saved >= GOALS.saved && length <= GOALS.indexes && timed.seconds <= GOALS.wedsync
      rows.push(
        rowOf(`WedSync × ${options.scale}, private planner`, timed, {
          ...{ 'rebuild s': seconds(planner), real: percent(saved) },
          goal: goal(kept, `${GOALS.wedsync} s, ${percent(GOALS.saved)}, ${GOALS.indexes} indexes`),
        }),
      )
      if (!hasHypopg())
        return void console.log('HypoPG: postgresql-15-hypopg is not installed, so not compared')
      await installHypopg(client)
      const other = await advise(entries, window, planner.schema, hypopgPlanner(client))
      rows.push(
        rowOf(`WedSync × ${options.scale}, HypoPG 1.3.1`, other, { real: percent(await really(other)) }),
      )
    })
  })
}

function seconds(planner: Planner): string {
  return ((planner.cost.collectMs + planner.cost.buildMs) / 1000).toFixed(1)
}

/** 100 statements on 200 tables, each with six columns that are searched in turn. */
async function manyTables(on: EmbeddedServer, shadows: Shadow): Promise<void> {
  await withDatabase(on, 'many', async (client, url) => {
    for (let t = 0; t < TABLES; t++)
      await client.query(`create table t${t} as select i as id, i % 977 as a, i % 13 as b, i * 7919 % 10007 as c,
        now() - i * interval '1 minute' as d, md5(i::text) as e, i % ${TABLES} as parent from generate_series(1, 3000) i`)
    await client.query('vacuum analyze')
    const entries = Array.from({ length: STATEMENTS }, (_, i) => statement(i))
    await rebuilt(shadows, url, async (planner) => {
      const timed = await advise(entries, 60, planner.schema, planner.whatIf)
      const all = timed.seconds + (planner.cost.collectMs + planner.cost.buildMs) / 1000
      rows.push(
        rowOf(`${STATEMENTS} statements on ${TABLES} tables`, timed, {
          'rebuild s': seconds(planner),
          goal: goal(all <= GOALS.many, `${GOALS.many} s`),
        }),
      )
    })
  })
}

function statement(i: number): StatementActivity {
  const [x, y] = [`t${(2 * i) % TABLES}`, `t${(2 * i + 1) % TABLES}`]
  const texts = [
    `select * from ${x} where a = $1 and d > $2 order by d desc limit $3`,
    `select ${x}.id, ${y}.e from ${x} join ${y} on ${y}.parent = ${x}.id where ${x}.c = $1 and ${y}.b = $2`,
    `select b, count(*), max(d) from ${x} where c = $1 group by b`,
    `select e from ${x} where a = $1 or c = $2`,
    `select * from ${x} where id in (select parent from ${y} where a = $1) and lower(e) = $2`,
  ]
  return {
    ...{ queryId: String(i), text: texts[i % texts.length] as string, calls: 100 + i },
    ...{ seconds: 1 + (i % 7), rows: 1000, blocks: 5000 },
  }
}
