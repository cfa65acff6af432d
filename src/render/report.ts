import type { Opportunity } from '../core/advice.ts'
import { formatRatio, formatSeconds, plural } from '../core/format.ts'
import { HEALTHY, type Health, type Status, type Unknown } from '../core/health.ts'
import type { Outcome } from '../core/outcome.ts'
import type { Evidence, Finding, Severity } from '../core/rule.ts'
import type { Capabilities } from '../core/server.ts'
import { cells, cut, oneLine, plain, type Style, type Tone, wrap } from './text.ts'
import { vitals } from './vitals.ts'

/** What one look at a database found. */
export interface Report {
  readonly name: string
  readonly server: Capabilities
  /** Seconds between the two samples. */
  readonly seconds: number
  readonly tables: ReadonlyMap<string, Outcome>
  readonly health: Health
  readonly opportunities: readonly Opportunity[]
  /** What to do, by rule. */
  readonly remedies: ReadonlyMap<string, string>
}

export const STATUS_TONE: Readonly<Record<Status, Tone>> = {
  healthy: 'good',
  degraded: 'warning',
  unhealthy: 'critical',
  unknown: 'muted',
}
const SEVERITY_TONE: Readonly<Record<Severity, Tone>> = {
  critical: 'critical',
  warning: 'warning',
  info: 'muted',
}

/** The report of `pgtend check`: text no wider than `width`. */
export function renderReport(
  report: Report,
  { width = 80, style = plain }: { readonly width?: number; readonly style?: Style } = {},
): string {
  const { health, opportunities, remedies } = report
  const paint: Paint = { width, style }
  const sections = [
    head(report, paint) + sum(health, paint),
    vitalSigns(report, paint),
    findings(health.findings, remedies, paint),
    opportunitiesOf(opportunities, paint),
    leftOut(report, paint),
    unknowns(health.unknown, paint),
  ]
  return sections.filter((s) => s !== '').join('\n')
}

interface Paint {
  readonly width: number
  readonly style: Style
}

function head({ name, server, seconds, health }: Report, { style, width }: Paint): string {
  const { status, score, coverage } = health
  const version = server.settings.server_version?.split(' ')[0] ?? String(server.major)
  const where = server.platform === 'self-hosted' ? '' : `, ${server.platform}`
  const through = server.pooler === 'transaction' ? ', through a transaction pooler' : ''
  const title = `PostgreSQL ${version}, ${server.role}${where}, database ${oneLine(server.database)}${through}`
  const judged = coverage === 1 ? 'every rule judged' : `${formatRatio(coverage)} of the rules judged`
  return [
    `${style('strong', wrap(name, width))}\n`,
    `${wrap(title, width)}\n`,
    `${style(STATUS_TONE[status], `${score} of 100, ${status}`)}   ${judged}, over ${formatSeconds(seconds)}\n`,
    status === 'unknown' ? style('muted', `${whyUnknown(health)}: see the end.\n`) : '',
  ].join('')
}

/** Why a good score is no good news, as half a sentence. */
export const whyUnknown = ({ worst }: Health): string =>
  worst < HEALTHY
    ? `What is not known may take it down to ${worst}`
    : 'Too little could be judged to call it healthy'

function vitalSigns({ tables }: Report, { style, width }: Paint): string {
  return vitals(tables)
    .map(({ name, text, unknown }) => {
      const lines = wrap(text, width - 16).split('\n')
      const told = lines.map((line) => (unknown ? style('muted', line) : line)).join(`\n${' '.repeat(16)}`)
      return `  ${name.padEnd(14)}${told}\n`
    })
    .join('')
}

/** The sum behind the score, so that it can be checked: `100 − 15 Blocked sessions − 5 Idle in transaction`. */
function sum({ deductions, score, cap }: Health, { style, width }: Paint): string {
  if (deductions.length === 0) return ''
  const terms = deductions.map((d) => `− ${d.points} ${d.title.toLowerCase()}`)
  const capped = cap ? `, held down by: ${cap.title.toLowerCase()}` : ''
  return `${style('muted', wrap(`100 ${terms.join(' ')} = ${score}${capped}`, width))}\n`
}

function findings(all: readonly Finding[], remedies: Report['remedies'], paint: Paint): string {
  if (all.length === 0) return `${paint.style('good', 'No findings.')}\n`
  const parts = [paint.style('strong', `${plural(all.length, 'finding')}\n`)]
  for (const [i, { severity, title, summary, rule, evidence }] of all.entries()) {
    parts.push(bullet(paint.style(SEVERITY_TONE[severity], severity), severity, title, paint))
    parts.push(`${wrap(summary, paint.width, '    ')}\n`, statements(evidence, paint))
    // Said once, under the last finding of the rule.
    const remedy = all[i + 1]?.rule === rule ? undefined : remedies.get(rule)
    if (remedy !== undefined)
      parts.push(`${paint.style('muted', wrap(`→ ${remedy}`, paint.width, '    '))}\n`)
  }
  return parts.join('')
}

/** The statements that the evidence names, a line each. */
function statements(evidence: Evidence, { width, style }: Paint): string {
  return Object.entries(evidence)
    .filter(([name, value]) => /^(query|statement)(_\d+)?$/.test(name) && typeof value === 'string')
    .map(([, value]) => `    ${style('muted', cut(oneLine(String(value)), width - 4))}\n`)
    .join('')
}

function bullet(shown: string, plainText: string, title: string, { width }: Paint): string {
  const room = width - cells(plainText) - 4
  return `  ${shown}  ${wrap(title, room).replaceAll('\n', '\n    ')}\n`
}

function opportunitiesOf(all: readonly Opportunity[], { style, width }: Paint): string {
  if (all.length === 0) return ''
  const parts = [style('strong', 'Worth doing\n')]
  for (const { title, summary, gain, risk, confidence, because, sql, evidence } of all) {
    parts.push(`  ${wrap(title, width - 2)}  ${style('muted', `confidence ${confidence}`)}\n`)
    parts.push(`${wrap(summary, width, '    ')}\n`, statements(evidence, { width, style }))
    parts.push(`${wrap(`Gain: ${gain}`, width, '    ')}\n`)
    parts.push(`${style('muted', wrap(`Risk: ${risk} ${because}`, width, '    '))}\n`)
    // Statements are for copying: never broken or cut.
    for (const statement of sql ?? []) parts.push(`    ${oneLine(statement)}\n`)
  }
  return parts.join('')
}

/** That findings and advice are not about every table there is. */
function leftOut({ tables }: Report, { style, width }: Paint): string {
  const outcome = tables.get('managed-tables')
  if (!outcome?.ok || outcome.rows.length === 0) return ''
  const theirs = plural(outcome.rows.length, 'table')
  return style('muted', `${wrap(`Not judged: ${theirs} of the platform or of extensions.`, width)}\n`)
}

function unknowns(all: readonly Unknown[], { style, width }: Paint): string {
  if (all.length === 0) return ''
  const parts = [style('strong', `Not known: ${plural(all.length, 'rule')} could not be judged\n`)]
  const causes = Map.groupBy(all, (u) => `${u.reason}\n${u.fix ?? u.detail}`)
  for (const same of causes.values()) {
    const { reason, detail, fix } = same[0] as Unknown
    parts.push(`${wrap(same.map((u) => u.title).join(', '), width, '  ')}\n`)
    parts.push(`${style('muted', wrap(`${reason}: ${detail}`, width, '    '))}\n`)
    if (fix !== undefined) parts.push(`    ${oneLine(fix)}\n`)
  }
  return parts.join('')
}
