import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parseArgs } from 'node:util'
import type { Batch, Store } from '../src/core/store.ts'
import { openStore } from '../src/store/open-store.ts'

// How fast the history is (SPEC P6): points written a second, and the page's queries with 90 days kept.

const HOUR = 3_600_000
const DAY = 24 * HOUR
const TICK = 10_000
const TARGET = 'bench'
/** 100 single series as of one-row tables, and one metric with 100 series as of the tables of a database. */
const METRICS = [
  ...Array.from({ length: 100 }, (_, i) => ({ metric: `single.m${i}`, labels: '[]' })),
  ...Array.from({ length: 100 }, (_, i) => ({
    metric: 'table-sizes.total',
    labels: `["public","table_${i}"]`,
  })),
]
const END = Math.floor(Date.now() / DAY) * DAY + 7 * HOUR + 1_234
/** The ranges of the charts, and those of capacity (90 days) and of the success metrics (30 days, twice). */
const RANGES = {
  '1h': [HOUR, TICK],
  '24h': [DAY, 5 * 60_000],
  '7d': [7 * DAY, 30 * 60_000],
  '30d': [30 * DAY, 30 * 60_000],
  '90d': [90 * DAY, DAY],
} as const

const quantile = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ?? Number.NaN

const batchAt = (at: number): Batch => ({
  target: TARGET,
  at,
  points: METRICS.map(({ metric, labels }, i) => ({
    target: TARGET,
    metric,
    labels,
    at,
    value: i + (at % 977),
  })),
})

const times = (from: number, to: number, step: number): string =>
  `with recursive t (value) as (values (${from}) union all select value + ${step} from t where value + ${step} < ${to})
   select value from t`

/** 48 hours of raw points and 90 days of roll-ups, made in SQL: appending them would take a quarter of an hour. */
function fill(path: string): void {
  const db = new DatabaseSync(path)
  const rawFrom = Math.floor((END - 48 * HOUR) / 300_000) * 300_000
  const rolledTo = Math.floor(END / 300_000) * 300_000 - 300_000
  db.exec(`
    begin;
    insert or replace into point
      select s.target, t.value, s.id, abs(random() % 1000) / 7.0
      from (${times(rawFrom, END, TICK)}) t, series s;
    insert or replace into rollup
      select s.id, 300000, t.value, 30, abs(random() % 30000) / 7.0, abs(random() % 1000) / 7.0
      from series s, (${times(rolledTo - 90 * DAY, rolledTo, 300_000)}) t;
    insert or replace into rollup
      select series, 1800000, bucket - bucket % 1800000 as coarse, sum(n), sum(sum), max(max)
      from rollup group by series, coarse;
    insert or replace into rollup
      select series, 86400000, bucket - bucket % 86400000 as broad, sum(n), sum(sum), max(max)
      from rollup where width = 1800000 and bucket < ${Math.floor(rolledTo / DAY) * DAY} group by series, broad;
    update target set rolled_to = ${rolledTo}, raw_from = ${rawFrom};
    commit;
    pragma wal_checkpoint(truncate);
  `)
  db.close()
}

/** Points a second over some seconds with 32 writers, and how long one lone batch takes. */
async function measureWrites(store: Store, from: number): Promise<Record<string, number>> {
  let at = from
  const alone: number[] = []
  for (let i = 0; i < 200; i++) {
    const start = performance.now()
    at += TICK
    await store.append(batchAt(at))
    alone.push(performance.now() - start)
  }
  let rows = 0
  const start = performance.now()
  const writer = async (): Promise<void> => {
    while (performance.now() - start < 5_000) {
      at += TICK
      await store.append(batchAt(at))
      rows += METRICS.length
    }
  }
  await Promise.all(Array.from({ length: 32 }, writer))
  const seconds = (performance.now() - start) / 1000
  return {
    rows_per_second: rows / seconds,
    batch_p50: quantile(alone, 0.5),
    batch_p95: quantile(alone, 0.95),
  }
}

/** What the page asks: every range, of a metric with one series and of one with a hundred, while ticks are written. */
async function measureQueries(store: Store): Promise<Record<string, Record<string, number>>> {
  const figures: Record<string, Record<string, number>> = {}
  let at = END
  for (const [name, [length, step]] of Object.entries(RANGES)) {
    for (const [series, metric] of [
      ['1', 'single.m'],
      ['100', 'table-sizes.total'],
    ] as const) {
      // No page asks for many series of so many buckets.
      if (name === '30d' && series === '100') continue
      const times: number[] = []
      for (let i = 0; i < 200; i++) {
        if (i % 20 === 0) at += TICK
        const tick = i % 20 === 0 ? store.append(batchAt(at)) : undefined
        const start = performance.now()
        const query = { target: TARGET, from: END - length, to: END, step }
        const found = await store.range({ ...query, metric: series === '1' ? metric + (i % 100) : metric })
        times.push(performance.now() - start)
        if (found.length === 0) throw new Error(`${metric} has no series`)
        await tick
      }
      figures[`${name}, ${series} series`] = { p50: quantile(times, 0.5), p95: quantile(times, 0.95) }
    }
  }
  return figures
}

/** Maintenance of what has been written meanwhile, and what an append waits then. */
async function measureMaintenance(store: Store, now: number): Promise<Record<string, number>> {
  const waits: number[] = []
  let running = true
  const start = performance.now()
  const maintained = store.maintain(now).finally(() => {
    running = false
  })
  for (let at = now; running; at += TICK) {
    const sent = performance.now()
    await store.append(batchAt(at))
    waits.push(performance.now() - sent)
  }
  const { rolled, dropped } = await maintained
  const seconds = (performance.now() - start) / 1000
  return { seconds, rolled, dropped, append_p95: quantile(waits, 0.95), append_max: quantile(waits, 1) }
}

const { values: options } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
const dir = mkdtempSync(join(tmpdir(), 'pgtend-bench-'))
try {
  const path = join(dir, 'history.db')
  const first = await openStore({ path })
  await first.append(batchAt(END - 100 * DAY))
  await first.close()
  fill(path)
  const megabytes = statSync(path).size / 1e6
  const opening = performance.now()
  const store = await openStore({ path })
  const opened = performance.now() - opening
  const queries = await measureQueries(store)
  const writes = await measureWrites(store, END + HOUR)
  const maintenance = await measureMaintenance(store, END + 2 * DAY)
  await store.close()
  const rss = process.memoryUsage().rss / 1e6
  const figures = { size_mb: megabytes, open_ms: opened, queries, writes, maintenance, rss_mb: rss }
  if (options.json) process.stdout.write(`${JSON.stringify(figures)}\n`)
  else {
    const flat = (prefix: string, value: unknown): [string, number][] =>
      typeof value === 'number'
        ? [[prefix, value]]
        : Object.entries(value as object).flatMap(([key, inner]) =>
            flat(prefix ? `${prefix} ${key}` : key, inner),
          )
    for (const [name, value] of flat('', figures)) {
      process.stdout.write(
        `${name.padEnd(34)}${value.toLocaleString('en', { maximumFractionDigits: 1 }).padStart(14)}\n`,
      )
    }
  }
} finally {
  rmSync(dir, { recursive: true, force: true })
}
