import type { SessionRef } from '../core/action.ts'
import { formatSeconds } from '../core/format.ts'
import type { RunbookPlan, RunbookRun } from '../core/runbook.ts'
import { moment, toneOf } from './maintenance.ts'
import { renderTable } from './table.ts'
import { oneLine, type Style, wrap } from './text.ts'

interface Page {
  readonly width: number
  readonly style: Style
}

/** What a runbook would do now: what it saw, each step, who is hit and who is spared with the reason. */
export function renderRunbookPlan(plan: RunbookPlan, { width, style }: Page): string {
  const { title, detected, summary, named, steps, hits, spared, leftAlone, refused, hash } = plan
  const lines = [style('strong', title), '', wrap(summary, width), ...named.map((n) => wrap(n, width, '  '))]
  if (!detected) lines.push('', style('good', 'There is nothing to recover from.'))
  if (refused !== undefined) lines.push('', style('warning', wrap(refused, width)))
  if (steps.length > 0) lines.push('', 'Steps:')
  for (const { plan: action, reason, next } of steps) {
    lines.push(wrap(`${action.summary}: ${reason}`, width, '  '))
    if (next) lines.push(wrap(`if that does not help: ${next.summary}`, width, '    '))
  }
  if (hits.length > 0) lines.push('', 'Sessions that are hit:', ...hits.map(sessionLine))
  if (spared.length > 0) lines.push('', 'Sessions that are spared:', ...spared.map(sessionLine))
  if (leftAlone.length > 0)
    lines.push(
      '',
      'Can not be done:',
      ...leftAlone.map((l) => wrap(`${l.subject}: ${l.reason}`, width, '  ')),
    )
  lines.push('', style('muted', `Plan ${hash.slice(0, 16)}`))
  return `${lines.join('\n')}\n`
}

const sessionLine = ({ pid, application, user, state, reason }: SessionRef): string =>
  oneLine(`  ${pid} ${application || '(unnamed)'} (${user ?? '?'}), ${state ?? 'state unknown'}: ${reason}`)

/** How a recovery went. */
export function renderRunbookRun(run: RunbookRun, { width, style }: Page): string {
  const failed = run.steps.filter((s) => s.status !== 'done' && s.status !== 'gone')
  const lines = failed.map((s) =>
    wrap(`${s.action} ${s.status}: ${s.error ?? s.detail ?? s.reason}`, width, '  '),
  )
  if (run.error !== undefined) lines.push(wrap(run.error, width, '  '))
  lines.push(style(toneOf(run.status), wrap(run.summary, width)))
  return `${lines.join('\n')}\n`
}

/** Recoveries, newest first. */
export function renderRecoveries(runs: readonly RunbookRun[], { width, style }: Page): string {
  if (runs.length === 0) return 'Nothing has been recovered from yet.\n'
  const rows = runs.map((r) => [
    moment(r.startedAt, 'UTC'),
    r.runbook,
    { text: r.status, tone: toneOf(r.status) },
    r.secondsToRecovery === undefined ? '' : formatSeconds(r.secondsToRecovery),
    `${r.actor.kind} ${r.actor.name}`,
    r.error ?? r.summary,
  ])
  const columns = [
    ...[
      { title: 'When (UTC)' },
      { title: 'Runbook' },
      { title: 'Status' },
      { title: 'Time' },
      { title: 'By' },
    ],
    { title: '', flexible: true },
  ]
  return renderTable(columns, rows, { width, style })
}
