import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Catalogue, SIZES, type Size, startCatalogue } from './cost/catalogue.ts'
import { hasExporter, startExporter } from './cost/exporter.ts'
import { backendsOf, leftBehind, measure, type ServerCost } from './cost/measure.ts'
import { privateMemory, processCpu, residentMemory } from './cost/processes.ts'
import { startSubject } from './cost/subject.ts'
import type { Kind, Ran } from './cost-subject.ts'

// What watching costs the watched database and pgtend itself (SPEC P1 to P5), beside Debian's postgres_exporter.

interface Line extends ServerCost {
  readonly trips: number
  readonly kb: number
  readonly own_cpu_ms: number
  readonly rss_mb: number
  readonly backend_mb: number
  readonly wall_ms: number
}

interface Result {
  readonly cycles: Readonly<Record<string, Line>>
  readonly probes: Readonly<
    Record<string, { readonly ms: number; readonly rows: number; readonly bytes: number }>
  >
  readonly left: { readonly entries: number; readonly text_bytes: number; readonly evictions: number }
  readonly failed: readonly string[]
}

const { values: options } = parseArgs({
  options: {
    size: { type: 'string', multiple: true, default: Object.keys(SIZES) },
    peer: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
  },
})
const say = (line: string): void => void process.stderr.write(`${line}\n`)

/** How often each cycle is run; the least counts, since the machine does other things too. */
const REPEATS: Readonly<Record<Kind, number>> = { first: 1, tick: 8, minute: 8, sweep: 3, full: 3 }

const least = (lines: readonly Line[]): Line => {
  const min = (pick: (line: Line) => number): number => Math.min(...lines.map(pick))
  const last = lines.at(-1) as Line
  return {
    ...last,
    cpu_ms: min((l) => l.cpu_ms),
    server_ms: min((l) => l.server_ms),
    own_cpu_ms: min((l) => l.own_cpu_ms),
    wall_ms: min((l) => l.wall_ms),
  }
}

async function measurePgtend(catalogue: Catalogue): Promise<Result> {
  await catalogue.fill()
  const subject = await startSubject(catalogue.url)
  const cycles: Record<string, Line> = {}
  let probes: Ran['probes'] = {}
  const failed = new Set<string>()
  const run = async (name: string, kind: Kind, repeats: number): Promise<void> => {
    const lines: Line[] = []
    for (let i = 0; i < repeats; i++) {
      await catalogue.work()
      const { value, cost } = await measure(catalogue, () => subject.ask(kind))
      probes = { ...probes, ...value.probes }
      for (const name of value.failed) failed.add(name)
      const [backend] = await backendsOf(catalogue.admin)
      lines.push({
        ...cost,
        trips: value.flights,
        kb: value.bytes / 1000,
        own_cpu_ms: value.cpu,
        rss_mb: value.rss,
        backend_mb: backend === undefined ? 0 : privateMemory(backend),
        wall_ms: value.wall,
      })
    }
    cycles[name] = least(lines)
  }
  try {
    await run('first', 'first', REPEATS.first)
    // Statement plans are made and texts are looked up meanwhile.
    for (const kind of ['tick', 'minute', 'minute', 'tick'] as const) {
      await catalogue.work()
      await subject.ask(kind)
    }
    for (const kind of ['tick', 'minute', 'sweep', 'full'] as const) await run(kind, kind, REPEATS[kind])
    await run('minute, after all', 'minute', REPEATS.minute)
    const left = await leftBehind(catalogue.admin)
    return { cycles, probes, left, failed: [...failed] }
  } finally {
    await subject.stop()
  }
}

async function measureExporter(catalogue: Catalogue, withExamples: boolean): Promise<Result> {
  await catalogue.fill()
  const exporter = await startExporter(catalogue.url, withExamples)
  const lines: Line[] = []
  try {
    await exporter.scrape()
    await exporter.scrape()
    for (let i = 0; i < 6; i++) {
      await catalogue.work()
      const own = processCpu(exporter.pid)
      const began = performance.now()
      const { value, cost } = await measure(catalogue, () => exporter.scrape())
      const [backend] = await backendsOf(catalogue.admin)
      lines.push({
        ...cost,
        trips: cost.statements,
        kb: value / 1000,
        own_cpu_ms: processCpu(exporter.pid) - own,
        rss_mb: residentMemory(exporter.pid),
        backend_mb: backend === undefined ? 0 : privateMemory(backend),
        wall_ms: performance.now() - began,
      })
    }
    const left = await leftBehind(catalogue.admin)
    return { cycles: { scrape: least(lines) }, probes: {}, left, failed: [] }
  } finally {
    await exporter.stop()
  }
}

function show(size: string, results: Readonly<Record<string, Result>>): void {
  const heads = [
    'cpu_ms',
    'server_ms',
    'statements',
    'trips',
    'blocks',
    'kb',
    'own_cpu_ms',
    'rss_mb',
    'backend_mb',
    'wall_ms',
  ] as const
  const width = 34
  process.stdout.write(`\n${size.padEnd(width)}${heads.map((h) => h.padStart(11)).join('')}\n`)
  for (const [who, { cycles, left, failed }] of Object.entries(results)) {
    for (const [cycle, line] of Object.entries(cycles)) {
      const figures = heads.map((h) => line[h].toFixed(line[h] < 100 ? 1 : 0).padStart(11))
      process.stdout.write(`${`${who}: ${cycle}`.padEnd(width)}${figures.join('')}\n`)
    }
    process.stdout.write(
      `  in pg_stat_statements: ${left.entries} entries, ${left.text_bytes} bytes of text, ${left.evictions} evictions${
        failed.length > 0 ? `; not read: ${failed.join(', ')}` : ''
      }\n`,
    )
  }
  const probes = Object.entries(results.pgtend?.probes ?? {}).sort(([, a], [, b]) => b.ms - a.ms)
  for (const [name, { ms, rows, bytes }] of probes.slice(0, 12)) {
    process.stdout.write(
      `  ${name.padEnd(30)}${ms.toFixed(1).padStart(9)} ms${String(rows).padStart(9)} rows${(bytes / 1000).toFixed(0).padStart(8)} kB\n`,
    )
  }
}

// The first start compiles.
await (await startSubject('')).stop()
const saved: Record<string, unknown> = {}
for (const size of options.size as Size[]) {
  const catalogue = await startCatalogue(size, say)
  try {
    const results: Record<string, Result> = { pgtend: await measurePgtend(catalogue) }
    if (options.peer && hasExporter()) {
      results.exporter = await measureExporter(catalogue, false)
      results['exporter with its example queries'] = await measureExporter(catalogue, true)
    } else if (options.peer)
      say('postgres_exporter is not installed (apt-get install prometheus-postgres-exporter): left out')
    show(size, results)
    saved[size] = { ...SIZES[size], results }
  } finally {
    await catalogue.stop()
  }
}
if (options.save) {
  const dir = join(import.meta.dirname, 'results')
  mkdirSync(dir, { recursive: true })
  writeFileSync(
    join(dir, 'cost.json'),
    `${JSON.stringify(saved, (_, v) => (typeof v === 'number' ? Math.round(v * 100) / 100 : v), 2)}\n`,
  )
}
