import type { Column, Unit } from '../core/columns.ts'
import type { Health } from '../core/health.ts'
import type { Outcome } from '../core/outcome.ts'
import type { Table } from '../core/table.ts'

/** One target as /metrics sees it. */
export interface Scraped {
  readonly id: string
  readonly connection: 'connecting' | 'connected' | 'unreachable'
  readonly tables: ReadonlyMap<string, { readonly outcome: Outcome; readonly at: number }>
  readonly health?: Health
  /** What each probe cost at its last run: milliseconds, rows and bytes received. */
  readonly costs: ReadonlyMap<string, { readonly ms: number; readonly rows: number; readonly bytes: number }>
}

/** A table with more rows than this is left out: a scrape must stay small. */
export const MOST_ROWS = 1_000

const SUFFIX: Record<Unit, string> = {
  bytes: '_bytes',
  seconds: '_seconds',
  ratio: '_ratio',
  count: '',
  per_second: '_per_second',
  bytes_per_second: '_bytes_per_second',
  none: '',
}

type Labels = Readonly<Record<string, string>>
interface Family {
  readonly name: string
  readonly type: 'gauge' | 'counter'
  readonly help: string
  readonly samples: { readonly labels: Labels; readonly value: number }[]
}

/** Is it a number on /metrics: gauges, counters and moments, not labels and texts. */
const isMeasured = (column: Column): boolean =>
  column.kind === 'detail' ? column.type === 'time' : column.kind !== 'label'

/** The name of a column on /metrics, for example `pgtend_replication_slots_retained_bytes`. */
export function metricName(table: Table, name: string): string {
  const column = table.columns[name] as Column
  const suffix = column.type === 'time' ? '_timestamp_seconds' : SUFFIX[column.unit]
  const stem = `pgtend_${table.name}_${name}`.replaceAll('-', '_')
  const withUnit = stem.endsWith(suffix) ? stem : stem + suffix
  return column.kind === 'counter' ? `${withUnit}_total` : withUnit
}

/**
 * Tables whose first column is a process id list sessions: a label that never comes back would make
 * a new series of each of them. Their sums are in other tables.
 */
const listsSessions = (table: Table): boolean => Object.keys(table.columns)[0] === 'pid'

/** The Prometheus text format (0.0.4) of everything that is known. What isn't known has no sample. */
export function prometheusText(tables: readonly Table[], targets: readonly Scraped[]): string {
  const families = [...ownFamilies(tables, targets)]
  for (const table of tables) if (!listsSessions(table)) families.push(...tableFamilies(table, targets))
  return families.map(written).join('')
}

function* tableFamilies(table: Table, targets: readonly Scraped[]): Generator<Family> {
  const labels = Object.entries(table.columns).filter(([, c]) => c.kind === 'label')
  const rows = targets.flatMap((target) => {
    const outcome = target.tables.get(table.name)?.outcome
    if (!outcome?.ok || outcome.rows.length > MOST_ROWS) return []
    return outcome.rows.map((row) => {
      const own = labels.map(([name]) => [name, row[name] == null ? '' : String(row[name])])
      return { labels: Object.fromEntries([['target', target.id], ...own]) as Labels, row }
    })
  })
  for (const [name, column] of Object.entries(table.columns)) {
    if (!isMeasured(column)) continue
    const samples = rows.flatMap(({ labels, row }) => {
      const value = numberOf(row[name], column)
      return value === undefined ? [] : [{ labels, value }]
    })
    const type = column.kind === 'counter' ? 'counter' : 'gauge'
    yield { name: metricName(table, name), type, help: column.help, samples }
  }
}

function numberOf(value: unknown, column: Column): number | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined
  return column.type === 'time' ? value / 1000 : value
}

function ownFamilies(tables: readonly Table[], targets: readonly Scraped[]): Family[] {
  const family = (
    name: string,
    help: string,
    of: (target: Scraped) => readonly (readonly [Labels, number])[],
  ): Family => ({
    name: `pgtend_${name}`,
    type: 'gauge',
    help,
    samples: targets.flatMap((target) =>
      of(target).map(([labels, value]) => ({ labels: { target: target.id, ...labels }, value })),
    ),
  })
  const costs =
    (pick: (cost: { ms: number; rows: number; bytes: number }) => number) =>
    (target: Scraped): [Labels, number][] =>
      [...target.costs].map(([probe, cost]) => [{ probe }, pick(cost)])
  return [
    family('up', 'Is the server connected to: 1 or 0', (t) => [[{}, t.connection === 'connected' ? 1 : 0]]),
    family('health_score', 'Health from 0 to 100', (t) => (t.health ? [[{}, t.health.score]] : [])),
    family('health_worst_score', 'Health if all that could not be judged were as bad as can be', (t) =>
      t.health ? [[{}, t.health.worst]] : [],
    ),
    family('health_coverage_ratio', 'Share of the applicable rules that could be judged', (t) =>
      t.health ? [[{}, t.health.coverage]] : [],
    ),
    family('finding', 'Open findings by rule and severity', countFindings),
    family('table_readable', 'Could the table be read: 0 means unknown, not healthy', (t) =>
      tables.flatMap((table): [Labels, number][] => {
        const outcome = t.tables.get(table.name)?.outcome
        if (!outcome || (!outcome.ok && outcome.reason === 'unsupported')) return []
        return [[{ table: table.name }, outcome.ok ? 1 : 0]]
      }),
    ),
    family('table_omitted', `Rows of a table left out here because it has more than ${MOST_ROWS}`, (t) =>
      tables.flatMap((table): [Labels, number][] => {
        const outcome = t.tables.get(table.name)?.outcome
        return outcome?.ok && outcome.rows.length > MOST_ROWS
          ? [[{ table: table.name }, outcome.rows.length]]
          : []
      }),
    ),
    family(
      'probe_seconds',
      'Time that the last run of a probe took',
      costs((c) => c.ms / 1000),
    ),
    family(
      'probe_rows',
      'Rows that the last run of a probe read',
      costs((c) => c.rows),
    ),
    family(
      'probe_bytes',
      'Bytes that the last run of a probe received',
      costs((c) => c.bytes),
    ),
  ]
}

function countFindings(target: Scraped): [Labels, number][] {
  const counts = new Map<string, [Labels, number]>()
  for (const { rule, severity } of target.health?.findings ?? []) {
    const key = `${rule}/${severity}`
    counts.set(key, [{ rule, severity }, (counts.get(key)?.[1] ?? 0) + 1])
  }
  return [...counts.values()]
}

function written(family: Family): string {
  // One doubled series would make Prometheus refuse the whole scrape.
  const lines = new Map<string, number>()
  for (const { labels, value } of family.samples) {
    const text = Object.entries(labels)
      .map(([name, v]) => `${name}="${escapeLabel(v)}"`)
      .join(',')
    if (!lines.has(text)) lines.set(text, value)
  }
  if (lines.size === 0) return ''
  const help = family.help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
  const samples = [...lines].map(([labels, value]) => `${family.name}{${labels}} ${value}\n`)
  return `# HELP ${family.name} ${help}\n# TYPE ${family.name} ${family.type}\n${samples.join('')}`
}

const escapeLabel = (text: string): string =>
  text.toWellFormed().replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
