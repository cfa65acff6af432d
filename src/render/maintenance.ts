import { formatBytes, formatCount, formatSeconds } from '../core/format.ts'
import type { ActionReport, MaintenancePlan, MaintenanceReport, ScheduleState } from '../core/maintenance.ts'
import { renderMended } from './findings.ts'
import { renderTable } from './table.ts'
import { oneLine, type Style, type Tone, wrap } from './text.ts'

interface Page {
  readonly width: number
  readonly style: Style
}

/** What a task calls for now, for people. */
export function renderMaintenancePlan(plan: MaintenancePlan, { width, style }: Page): string {
  const { paused, actions, plans, leftAlone, hash } = plan
  const lines: string[] = []
  if (paused !== undefined) lines.push(style('warning', wrap(`It would wait: ${paused}`, width)), '')
  if (actions.length === 0) lines.push('Nothing calls for it.')
  for (const { because, summary, sql, status, error } of actions) {
    lines.push(style('strong', oneLine(summary || because)))
    if (summary !== '') lines.push(wrap(because, width, '  '))
    for (const statement of sql) lines.push(`  ${oneLine(statement)}`)
    if (status === 'impossible')
      lines.push(style('critical', wrap(error ?? 'can not be planned', width, '  ')))
  }
  const failing = plans.flatMap((p) =>
    p.preconditions.filter((c) => !c.holds).map((c) => `${p.summary}: ${c.detail}`),
  )
  if (failing.length > 0) lines.push('', 'Will be refused:', ...failing.map((f) => wrap(f, width, '  ')))
  if (leftAlone.length > 0)
    lines.push('', 'Left alone:', ...leftAlone.map(({ reason }) => wrap(reason, width, '  ')))
  lines.push('', style('muted', `Plan ${hash.slice(0, 16)}`))
  return `${lines.join('\n')}\n`
}

const TONES: Readonly<Record<string, Tone>> = {
  done: 'good',
  recovered: 'good',
  planned: 'muted',
  gone: 'muted',
  running: 'strong',
  partly: 'warning',
  paused: 'warning',
}
export const toneOf = (status: string): Tone => TONES[status] ?? 'critical'

/** What a round did, with what was measured before and after. */
export function renderMaintenanceReport(report: MaintenanceReport, { width, style }: Page): string {
  const rows = report.actions.map((a) => [
    { text: a.status, tone: toneOf(a.status) },
    `${a.action} ${a.subject}`,
    change(a, 'dead_rows', formatCount),
    change(a, 'size', formatBytes),
    a.seconds === undefined ? '' : formatSeconds(a.seconds),
    a.error ?? renderMended(a.mended ?? []),
  ])
  const columns = [
    ...[
      { title: 'Status' },
      { title: 'Action' },
      { title: 'Dead rows' },
      { title: 'Size' },
      { title: 'Time' },
    ],
    { title: '', flexible: true },
  ]
  const table = rows.length > 0 ? `${renderTable(columns, rows, { width, style })}\n` : ''
  const errors = report.actions.flatMap((a) => (a.error === undefined ? [] : [`${a.subject}: ${a.error}`]))
  const said = errors.map((e) => `${wrap(e, width, '  ')}\n`).join('')
  return `${table}${said}${style(toneOf(report.status), wrap(report.summary, width))}\n`
}

function change({ before, after }: ActionReport, name: string, format: (value: number) => string): string {
  const [was, is] = [before[name], after?.[name]]
  if (typeof was !== 'number') return ''
  return typeof is === 'number' ? `${format(was)} → ${format(is)}` : format(was)
}

/** When each task runs, and how it went. */
export function renderSchedules(schedules: readonly ScheduleState[], { width, style }: Page): string {
  const rows = schedules.map((s) => [
    s.task,
    s.cron,
    s.window ? `${s.window.from}–${s.window.to}` : '',
    s.next === null ? { text: 'off', tone: 'muted' as const } : moment(s.next, s.timezone),
    s.last ? { text: s.last.status, tone: toneOf(s.last.status) } : '',
    s.last?.summary ?? s.why ?? '',
  ])
  const columns = [
    ...[{ title: 'Task' }, { title: 'Times' }, { title: 'Window' }, { title: 'Next' }, { title: 'Last' }],
    { title: '', flexible: true },
  ]
  const [first] = schedules
  const why = [...new Set(schedules.flatMap((s) => (s.why === undefined ? [] : [s.why])))]
  const notes = why.map((w) => `${wrap(w, width)}\n`).join('')
  return `${renderTable(columns, rows, { width, style })}\nTimes are those of ${first?.timezone ?? 'UTC'}.\n${notes}`
}

/** Reports, newest first. */
export function renderMaintenanceHistory(
  reports: readonly MaintenanceReport[],
  { width, style }: Page,
): string {
  if (reports.length === 0) return 'Nothing has been done yet.\n'
  const rows = reports.map((r) => [
    moment(r.startedAt, 'UTC'),
    r.task,
    { text: r.status, tone: toneOf(r.status) },
    `${r.actor.kind} ${r.actor.name}`,
    r.summary,
  ])
  const columns = [
    ...[{ title: 'When (UTC)' }, { title: 'Task' }, { title: 'Status' }, { title: 'By' }],
    { title: '', flexible: true },
  ]
  return renderTable(columns, rows, { width, style })
}

/** `2026-03-01 02:00` on the zone's wall clock. */
export const moment = (at: number, timeZone: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(at)
