import { formatBytes, formatCount, formatRatio, formatSeconds, plural } from '../core/format.ts'
import type { DropAdvice, IndexAdvice, WorkloadAdvice } from '../optimizer/advice.ts'
import type { WriteCost } from '../optimizer/write-cost.ts'
import { cut, oneLine, type Style, type Tone, wrap } from './text.ts'

interface Page {
  readonly width: number
  readonly style: Style
}

/** Statements shown with each index. */
const SHOWN = 3
const TONES: Readonly<Record<IndexAdvice['confidence'], Tone>> = {
  high: 'good',
  medium: 'warning',
  low: 'critical',
}

/** The advice on a workload for people. Paragraphs are at most `width` cells wide; DDL is never broken, so that it can be copied. */
export function renderAdvice(advice: WorkloadAdvice, page: Page): string {
  const { width, style } = page
  const { indexes, drops, unhelped, withheld, leftOut, gaps } = advice
  const parts = [summaryOf(advice, page)]
  if (withheld)
    parts.push(
      [
        style('warning', wrap(`No advice: ${withheld.reason}`, width)),
        ...(withheld.remedy === undefined ? [] : [`  ${oneLine(withheld.remedy)}`]),
      ].join('\n'),
    )
  for (const [i, index] of indexes.entries()) parts.push(indexText(index, i + 1, page))
  for (const drop of drops) parts.push(dropText(drop, page))
  if (unhelped.length > 0)
    parts.push(
      [
        style('strong', 'No index helps these; look at their text with pgtend explain:'),
        ...unhelped.map((u) =>
          cut(`  ${formatRatio(u.share)} of the time  ${u.queryIds[0] ?? ''}  ${oneLine(u.text)}`, width),
        ),
      ].join('\n'),
    )
  if (leftOut.length > 0)
    parts.push(
      [
        style('strong', 'Left out'),
        ...leftOut.map((l) =>
          wrap(`${plural(l.statements, 'statement')}, ${formatSeconds(l.seconds)}: ${l.reason}`, width, '  '),
        ),
      ].join('\n'),
    )
  if (gaps.length > 0)
    parts.push(
      [
        style('strong', 'Not known'),
        ...gaps.flatMap((g) => [
          wrap(`${g.object}: ${g.reason}`, width, '  '),
          ...(g.remedy === undefined ? [] : [`    ${oneLine(g.remedy)}`]),
        ]),
      ].join('\n'),
    )
  return `${parts.join('\n\n')}\n`
}

function summaryOf(
  { indexes, drops, window, statements, generic, before, after }: WorkloadAdvice,
  { width }: Page,
): string {
  const open =
    generic > 0
      ? ` ${plural(generic, 'statement')} planned generically: for any values, since none are known.`
      : ''
  const seen = `${plural(statements, 'statement')} in ${formatSeconds(window)}, ${formatSeconds(before)} of execution time.${open}`
  if (indexes.length === 0 && drops.length === 0) return wrap(`${seen} Nothing to advise.`, width)
  const saved = before > 0 ? formatRatio((before - after) / before) : '0 %'
  const bytes = indexes.reduce((sum, i) => sum + i.bytes, 0)
  const gain =
    indexes.length === 0
      ? ''
      : ` ${plural(indexes.length, 'index', 'indexes')} of ${formatBytes(bytes)} would save ${saved} of it by the planner’s costs.`
  return wrap(`${seen}${gain}`, width)
}

function indexText(index: IndexAdvice, number: number, { width, style }: Page): string {
  const { summary, ddl, share, saves, bytes, writeCost, confidence, because, statements, undo } = index
  const text = (line: string) => wrap(line, width, '   ')
  return [
    `${number}. ${style('strong', oneLine(summary))}`,
    ...ddl.map((sql) => `   ${oneLine(sql)}`),
    text(
      `Saves ${formatRatio(share)} of the time, ${formatSeconds(saves)} of the window; about ${formatBytes(bytes)}.`,
    ),
    text(writesText(writeCost)),
    text(`Confidence ${style(TONES[confidence], confidence)}: ${because.join(' ')}`),
    ...statements.slice(0, SHOWN).map((s) => {
      const factor = s.costAfter > 0 ? `, ${formatCount(s.costBefore / s.costAfter)} times less` : ''
      const head = `cost ${formatCount(s.costBefore)} → ${formatCount(s.costAfter)}${factor}: `
      return cut(`   ${head}${oneLine(s.text)}`, width)
    }),
    ...(statements.length > SHOWN ? [`   and ${plural(statements.length - SHOWN, 'more statement')}`] : []),
    ...undo.map((sql) => style('muted', `   Undo: ${oneLine(sql)}`)),
  ].join('\n')
}

function writesText({ entriesPerSecond, walPerSecond, load, hotUpdatesLost, counted }: WriteCost): string {
  if (entriesPerSecond === 0 && hotUpdatesLost === 0)
    return `Writes: none were seen${counted ? '' : ' in the workload’s texts; the table’s counters are not known'}.`
  const hot =
    hotUpdatesLost > 0 ? `, ${formatCount(hotUpdatesLost)} updates a second no longer heap-only` : ''
  return `Writes: ${formatCount(entriesPerSecond)} entries and ${formatBytes(walPerSecond)} of WAL a second, ${formatRatio(load)} of a core${hot}.`
}

function dropText({ schema, index, because, bytes, ddl, undo }: DropAdvice, { width, style }: Page): string {
  return [
    style('strong', oneLine(`Drop ${schema}.${index}`)),
    ...ddl.map((sql) => `   ${oneLine(sql)}`),
    wrap(`${because} Frees ${formatBytes(bytes)}.`, width, '   '),
    ...undo.map((sql) => style('muted', `   Undo: ${oneLine(sql)}`)),
  ].join('\n')
}
