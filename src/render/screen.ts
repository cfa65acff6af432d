import { formatRatio, formatSeconds } from '../core/format.ts'
import type { Health } from '../core/health.ts'
import type { Outcome } from '../core/outcome.ts'
import { STATUS_TONE, whyUnknown } from './report.ts'
import { type Cell, renderTable, type TableColumn } from './table.ts'
import { cut, oneLine, plain, type Style, wrap } from './text.ts'
import { vitals } from './vitals.ts'

/** What `pgtend watch` shows of one database. */
export interface Watched {
  readonly name: string
  readonly connection: 'connecting' | 'connected' | 'unreachable'
  /** Epoch milliseconds. */
  readonly since: number
  readonly error?: { readonly message: string; readonly remedy: string }
  readonly at?: number
  readonly health?: Health
  readonly tables: ReadonlyMap<string, { readonly outcome: Outcome }>
}

type Row = Readonly<Record<string, unknown>>
interface Paint {
  readonly width: number
  readonly style: Style
}

const MOST_ROWS = 8

/** One screen: score, vital signs, findings, who blocks whom, what runs and what takes the time. */
export function renderScreen(
  watched: Watched,
  { width = 80, style = plain }: { readonly width?: number; readonly style?: Style } = {},
): string {
  const paint: Paint = { width, style }
  const outcomes = new Map([...watched.tables].map(([name, { outcome }]) => [name, outcome]))
  const parts = [header(watched, paint)]
  if (watched.connection === 'connected' && watched.health) {
    const signs = vitals(outcomes).map((v) => `  ${v.name.padEnd(14)}${cut(oneLine(v.text), width - 16)}\n`)
    parts.push(signs.join(''))
    parts.push(findings(watched.health, paint))
    parts.push(section('Blocked and blocking', BLOCKING, rowsOf(outcomes, 'blocking-tree'), paint))
    parts.push(section('Running', RUNNING, longest(rowsOf(outcomes, 'running-queries'), 'seconds'), paint))
    parts.push(
      section('Statements by time', STATEMENTS, longest(rowsOf(outcomes, 'statement-rates'), 'total'), paint),
    )
  }
  return parts.filter((p) => p !== '').join('\n')
}

function header({ name, connection, since, error, at, health }: Watched, { style, width }: Paint): string {
  const time = new Date(at ?? since).toLocaleTimeString('sv-SE')
  const title = `${style('strong', cut(oneLine(name), width - 10))}  ${style('muted', time)}\n`
  if (connection === 'unreachable') {
    const began = new Date(since).toLocaleTimeString('sv-SE')
    const why = error ? `${wrap(error.message, width)}\n${wrap(error.remedy, width, '  ')}\n` : ''
    return `${title}${style('critical', `unreachable since ${began}`)}\n${why}`
  }
  if (!health) return `${title}${style('muted', 'connecting')}\n`
  const judged = `${formatRatio(health.coverage)} of the rules judged`
  const why = health.status === 'unknown' ? `${whyUnknown(health)}: see pgtend doctor.\n` : ''
  return `${title}${style(STATUS_TONE[health.status], `${health.score} of 100, ${health.status}`)}   ${judged}\n${style('muted', why)}`
}

function findings({ findings: all }: Health, { style, width }: Paint): string {
  const tone = { critical: 'critical', warning: 'warning', info: 'muted' } as const
  const shown = all.slice(0, MOST_ROWS).map(({ severity, title, summary }) => {
    const text = cut(oneLine(`${title}: ${summary}`), width - 12)
    return `  ${style(tone[severity], severity.padEnd(8))}  ${text}\n`
  })
  if (all.length > MOST_ROWS) shown.push(`  ${style('muted', `and ${all.length - MOST_ROWS} more`)}\n`)
  return shown.join('')
}

interface Shown {
  readonly columns: readonly TableColumn[]
  readonly cells: (row: Row) => readonly Cell[]
}

const seconds = (value: unknown): string => (typeof value === 'number' ? formatSeconds(value) : '')
const text = (value: unknown): string => (value === null || value === undefined ? '' : String(value))

const BLOCKING: Shown = {
  columns: [
    { title: 'Pid' },
    { title: 'Waiting', align: 'right' },
    { title: 'Mode', flexible: true },
    { title: 'Application' },
    { title: 'Statement', flexible: true },
  ],
  cells: (row) => [
    `${'  '.repeat(Math.min(8, Number(row.depth ?? 0)))}${row.pid === 0 ? 'prepared' : text(row.pid)}`,
    row.is_root === true ? 'blocks' : seconds(row.waiting),
    text(row.mode),
    text(row.application ?? row.user ?? row.backend_type),
    text(row.query ?? row.transaction),
  ],
}
const RUNNING: Shown = {
  columns: [
    { title: 'Pid', align: 'right' },
    { title: 'For', align: 'right' },
    { title: 'State' },
    { title: 'Application' },
    { title: 'Statement', flexible: true },
  ],
  cells: (row) => [
    text(row.pid),
    seconds(row.seconds),
    text(row.state),
    text(row.application),
    text(row.query),
  ],
}
const STATEMENTS: Shown = {
  columns: [
    { title: 'Share', align: 'right' },
    { title: 'Mean', align: 'right' },
    { title: 'Calls', align: 'right' },
    { title: 'Statement', flexible: true },
  ],
  cells: (row) => [
    typeof row.share === 'number' ? formatRatio(row.share) : '',
    seconds(row.mean),
    text(row.calls),
    `${row.toplevel === 'false' ? '(in a function) ' : ''}${text(row.query ?? row.query_id)}`,
  ],
}

function section(
  title: string,
  { columns, cells }: Shown,
  rows: readonly Row[],
  { width, style }: Paint,
): string {
  if (rows.length === 0) return ''
  const shown = renderTable(columns, rows.slice(0, MOST_ROWS).map(cells), { width, style })
  return `${style('strong', title)}\n${shown}`
}

function rowsOf(tables: ReadonlyMap<string, Outcome>, name: string): readonly Row[] {
  const outcome = tables.get(name)
  return outcome?.ok ? outcome.rows : []
}

const longest = (rows: readonly Row[], column: string): readonly Row[] =>
  [...rows].sort((a, b) => Number(b[column] ?? 0) - Number(a[column] ?? 0))
