import { formatCount, formatRatio } from '../../core/format.ts'
import type { QueryReport } from '../api/query-types.ts'
import type { Tone } from '../ui/badge.tsx'

export interface Verdict {
  readonly tone: Tone
  readonly title: string
  readonly detail: string
}

/** Less than so much is not worth a change. */
const WORTH = 0.05

/** What a report comes to, in a sentence: the best that was planned. Pure. */
export function verdictOf({ indexes, rewrites, findings, plan, gaps }: QueryReport): Verdict {
  const ways = [
    ...indexes.flatMap(({ summary, statements: [first] }) =>
      first ? [{ by: `the index ${summary}`, before: first.costBefore, after: first.costAfter }] : [],
    ),
    ...rewrites.flatMap(({ title, planned, result }) =>
      planned
        ? [
            {
              by: `the rewrite “${title}”${result === 'check' ? ', if its result is what you want' : ''}`,
              ...planned,
            },
          ]
        : [],
    ),
  ]
  const best = ways.toSorted((a, b) => a.after / Math.max(a.before, 1) - b.after / Math.max(b.before, 1))[0]
  if (best && best.after < best.before * (1 - WORTH))
    return {
      tone: 'info',
      title: `It can be ${timesOf(best.before, best.after)} cheaper`,
      detail: `With ${best.by} PostgreSQL’s planner expects a cost of ${formatCount(best.after)} in place of ${formatCount(best.before)}.`,
    }
  if (!plan)
    return {
      tone: 'unknown',
      title: 'It could not be planned',
      detail: gaps.find((g) => g.part === 'plan')?.reason ?? 'Only its text was looked at.',
    }
  const grave = findings.filter((f) => f.severity !== 'info').length
  if (grave > 0)
    return {
      tone: 'warning',
      title: 'No index or rewrite that is known makes it cheaper',
      detail: 'The findings say what costs time in it.',
    }
  return {
    tone: 'ok',
    title: 'Nothing to improve was found',
    detail: `Its plan costs ${formatCount(plan.explained.plan['Total Cost'] ?? 0)}; no index or rewrite that is known makes it cheaper.`,
  }
}

const timesOf = (before: number, after: number): string => {
  const times = before / Math.max(after, 0.01)
  return times >= 2 ? `${formatCount(times)} times` : formatRatio(1 - after / before)
}
