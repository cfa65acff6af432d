import type { Run } from '../core/action.ts'
import type { Mended } from '../core/mended.ts'
import { renderMended } from './findings.ts'
import { renderTable } from './table.ts'
import type { Style } from './text.ts'

/** A run with what became of the findings that it was to mend. */
export interface ToldRun extends Run {
  readonly mended: readonly Mended[]
}

/** So much of an id tells runs apart. */
const SHOWN = 8

/** Runs, the newest first, for people. */
export function renderRuns(
  runs: readonly ToldRun[],
  page: { readonly width: number; readonly style: Style },
): string {
  const rows = runs.map(({ id, startedAt, plan, status, actor, verification, error, mended }) => [
    id.slice(0, SHOWN),
    new Date(startedAt).toISOString().slice(0, 19),
    { text: status, tone: status === 'done' ? 'good' : 'warning' } as const,
    actor.name,
    [`${plan.summary}. ${error ?? verification?.detail ?? ''}`, renderMended(mended)]
      .filter(Boolean)
      .join('. '),
  ])
  const titles = ['Run', 'Began (UTC)', 'Status', 'By'].map((title) => ({ title }))
  return renderTable([...titles, { title: 'What', flexible: true }], rows, page)
}
