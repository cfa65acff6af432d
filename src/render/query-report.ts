import { formatBytes, formatCount, formatRatio, formatSeconds } from '../core/format.ts'
import type { Severity } from '../core/rule.ts'
import type { IndexAdvice } from '../optimizer/advice.ts'
import type { PlannedRewrite, QueryReport, ReportFinding, ReportGap } from '../optimizer/report.ts'
import { renderPlanTree } from './plan-tree.ts'
import { cells, oneLine, type Style, type Tone, wrap } from './text.ts'

interface Page {
  readonly width: number
  readonly style: Style
}

const TONES: Readonly<Record<Severity, Tone>> = { critical: 'critical', warning: 'warning', info: 'muted' }

/** The report on one statement for people, in paragraphs of at most `width` cells; SQL is never broken. */
export function renderQueryReport(report: QueryReport, page: Page): string {
  const { style } = page
  const { current, plan, rewrites, indexes, findings, gaps } = report
  const head = `Statement ${report.queryId ?? report.fingerprint}${report.toplevel === false ? ', inside a function' : ''}`
  const parts = [
    style('strong', head),
    ...(current ? [wrap(figuresOf(current), page.width)] : []),
    section(
      'Findings',
      style,
      findings.length === 0 ? ['  none'] : findings.map((f) => finding(f, report, page)),
    ),
  ]
  if (plan) {
    const by = plan.by === 'shadow' ? 'in the private planner' : 'on the database'
    const role = plan.role === undefined ? 'without row security' : `as ${plan.role}`
    parts.push(
      section(`Plan, ${by}, ${role}`, style, [
        renderPlanTree(plan.explained, page).trimEnd(),
        ...plan.notes.map((note) => wrap(note, page.width, '  ')),
      ]),
    )
  }
  if (rewrites.length > 0)
    parts.push(
      section(
        'Rewritten',
        style,
        rewrites.map((r) => rewritten(r, page)),
      ),
    )
  if (indexes.length > 0)
    parts.push(
      section(
        'Indexes',
        style,
        indexes.map((i) => index(i, page)),
      ),
    )
  if (gaps.length > 0)
    parts.push(
      section(
        'Not known',
        style,
        gaps.map((gap) => renderGap(gap, page)),
      ),
    )
  return `${parts.join('\n\n')}\n`
}

const section = (title: string, style: Style, lines: readonly string[]): string =>
  `${style('strong', title)}\n${lines.join('\n')}`

function finding(found: ReportFinding, { sql }: QueryReport, { width, style }: Page): string {
  const { severity, title, message, advice } = found
  const where =
    found.about === 'plan' ? found.node : `line ${found.position.line}, column ${found.position.column}`
  return [
    `  ${style(TONES[severity], severity)} ${oneLine(title)} (${oneLine(where)})`,
    ...(found.about === 'text' ? pointer(sql, found.position, width) : []),
    wrap(message, width, '    '),
    wrap(advice, width, '    '),
  ].join('\n')
}

/** The line of the text with a caret under the place; a long line is cut around it. */
export function pointer(
  sql: string,
  { line, column }: { readonly line: number; readonly column: number },
  width: number,
): readonly string[] {
  const characters = [...(sql.split('\n')[line - 1] ?? '')].map((c) => oneLine(c) || ' ')
  const room = width - 8
  const from =
    characters.length <= room
      ? 0
      : Math.max(0, Math.min(column - 1 - Math.floor(room / 2), characters.length - room))
  const part = (to: number) => characters.slice(from, to).join('')
  return [`      ${part(from + room).trimEnd()}`, `      ${' '.repeat(cells(part(column - 1)))}^`]
}

const costs = (before: number, after: number): string =>
  `cost ${formatCount(before)} → ${formatCount(after)}${after > 0 && before / after >= 1.05 ? `, ${formatCount(before / after)} times less` : ''}`

function rewritten(
  { title, sql, result, because, planned, why }: PlannedRewrite,
  { width, style }: Page,
): string {
  const same = result === 'same' ? style('good', 'same result') : style('warning', 'check the result')
  const gain = planned ? costs(planned.before, planned.after) : `not planned: ${why ?? 'unknown'}`
  return [
    wrap(`${title}: ${gain}`, width, '  '),
    wrap(`${same}: ${because}`, width, '  '),
    ...sql.split('\n').map((line) => `    ${' '.repeat(line.search(/\S|$/))}${oneLine(line)}`),
  ].join('\n')
}

function index(
  { summary, ddl, bytes, confidence, because, statements }: IndexAdvice,
  { width, style }: Page,
): string {
  const [statement] = statements
  return [
    `  ${style('strong', oneLine(summary))}`,
    ...ddl.map((sql) => `    ${oneLine(sql)}`),
    wrap(
      `${statement ? `${costs(statement.costBefore, statement.costAfter)}; ` : ''}about ${formatBytes(bytes)}; confidence ${confidence}: ${because.join(' ')}`,
      width,
      '    ',
    ),
  ].join('\n')
}

const PARTS = { figures: 'Figures', plan: 'Plan', schema: 'Schema', indexes: 'Indexes' } as const

const renderGap = ({ part, reason, remedy }: ReportGap, { width }: Page): string =>
  [
    wrap(`${PARTS[part]}: ${reason}`, width, '  '),
    ...(remedy === undefined ? [] : [wrap(remedy, width, '    ')]),
  ].join('\n')

function figuresOf(c: NonNullable<QueryReport['current']>): string {
  const each = [
    `${formatCount(c.rowsPerCall)} rows`,
    `${formatCount(c.blocksPerCall)} blocks${c.cacheHit === null ? '' : ` (${formatRatio(c.cacheHit)} from shared buffers)`}`,
    ...(c.planningPerCall !== null && c.planningPerCall > 0
      ? [`${formatSeconds(c.planningPerCall)} of planning`]
      : []),
    ...(c.tempBlocksPerCall > 0 ? [`${formatCount(c.tempBlocksPerCall)} blocks of temporary files`] : []),
    ...(c.walPerCall > 0 ? [`${formatBytes(c.walPerCall)} of WAL`] : []),
  ]
  return [
    `${formatCount(c.calls)} calls in ${formatSeconds(c.window)}, ${formatSeconds(c.mean)} each`,
    ` (± ${formatSeconds(c.deviation)}, ${formatSeconds(c.max)} at most since its statistics began),`,
    ` ${formatRatio(c.share)} of the time of all statements; a call: ${each.join(', ')}`,
  ].join('')
}
