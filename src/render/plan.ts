import type { Plan, Run, SessionRef } from '../core/action.ts'
import { formatSeconds } from '../core/format.ts'
import { oneLine, type Style, wrap } from './text.ts'

interface Page {
  readonly width: number
  readonly style: Style
}

const RISKS = {
  safe: 'safe: reads and writes go on',
  locks: 'it blocks others while it runs',
  destructive: 'it ends or removes something',
} as const

/** A plan for people: what, how, what must hold, who is hit, and how it is taken back. */
export function renderPlan(plan: Plan, { width, style }: Page): string {
  const { summary, risk, steps, preconditions, effect, hits = [], spared = [], hash } = plan
  const lines: string[] = [style('strong', oneLine(summary)), '']
  const indented = (text: string) => lines.push(wrap(text, width, '  '))
  indented(effect)
  lines.push('', `Risk: ${style(risk === 'safe' ? 'good' : 'warning', RISKS[risk])}`)
  for (const { sql, values, locks, timeout, lockTimeout } of steps) {
    lines.push('', `  ${oneLine(sql)}`)
    if (values) indented(`with ${values.map((v, i) => `$${i + 1} = ${v}`).join(', ')}`)
    indented(
      `${locks}. Given up after ${formatSeconds(timeout / 1000)}, or ${formatSeconds(lockTimeout / 1000)} of waiting for a lock.`,
    )
  }
  if (hits.length > 0) lines.push('', 'Sessions that are hit:', ...hits.map(sessionLine))
  if (spared.length > 0) lines.push('', 'Sessions that are spared:', ...spared.map(sessionLine))
  lines.push('', 'Must hold:')
  for (const { holds, name, detail } of preconditions) {
    lines.push(wrap(`${holds ? style('good', '✓') : style('critical', '✗')} ${name}: ${detail}`, width, '  '))
  }
  const undo = steps.flatMap((s) => s.undo ?? [])
  if (undo.length > 0) lines.push('', 'Undo:', ...undo.map((sql) => `  ${oneLine(sql)};`))
  lines.push('', style('muted', `Plan ${hash.slice(0, 16)}`))
  return `${lines.join('\n')}\n`
}

const sessionLine = ({ pid, application, user, state, reason }: SessionRef): string =>
  oneLine(`  ${pid} ${application || '(unnamed)'} (${user ?? '?'}), ${state ?? 'state unknown'}: ${reason}`)

/** How a run ended, for people. */
export function renderRun(run: Run, { width, style }: Page): string {
  const { status, error, verification, notices = [], startedAt, endedAt } = run
  const took = endedAt === undefined ? '' : ` after ${formatSeconds((endedAt - startedAt) / 1000)}`
  const tone = status === 'done' ? 'good' : 'critical'
  const lines = [`${style(tone, status)}${took}`]
  if (error !== undefined) lines.push(wrap(error, width, '  '))
  for (const notice of notices) lines.push(wrap(notice, width, '  '))
  if (verification) {
    const mark = verification.ok ? style('good', 'Verified') : style('warning', 'Not what was wanted')
    lines.push(wrap(`${mark}: ${verification.detail}`, width, ''))
  }
  return `${lines.join('\n')}\n`
}
