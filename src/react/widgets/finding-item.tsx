import { PlanButton } from '../actions/plan-button.tsx'
import { SuppressButton } from '../alerts/suppress-button.tsx'
import type { Catalog, Finding } from '../api/types.ts'
import { showMoment } from '../display.ts'
import { useRemedies } from '../hooks/use-remedies.ts'
import { Badge } from '../ui/badge.tsx'
import { Disclosure } from '../ui/disclosure.tsx'
import { Evidence } from '../ui/evidence.tsx'
import css from './findings-widget.module.css'

export interface FindingItemProps {
  readonly finding: Finding
  /** When it was first seen, epoch milliseconds. */
  readonly since: number | undefined
  readonly rule: Catalog['rules'][number] | undefined
}

const WORDS = { critical: 'Critical', warning: 'Warning', info: 'Note' } as const

/** One finding; opens to its evidence and remedy. */
export function FindingItem({ finding, since, rule }: FindingItemProps) {
  const { severity, title, summary, evidence } = finding
  const actions = useRemedies(finding.subject)
  return (
    <Disclosure
      summary={
        <>
          <p className={css.head}>
            <Badge tone={severity}>{WORDS[severity]}</Badge>
            <b>{title}</b>
            {since !== undefined && <small>since {showMoment(since)}</small>}
          </p>
          <p className={css.summary}>{summary}</p>
        </>
      }
    >
      {rule && (
        <div>
          <h3>What to do</h3>
          <p>{rule.remedy}</p>
        </div>
      )}
      <div className={css.buttons}>
        {actions.map((a) => (
          <PlanButton key={a.name} action={a} />
        ))}
        <SuppressButton finding={finding} />
      </div>
      <div className={css.evidence}>
        <h3>Evidence</h3>
        <Evidence facts={evidence} measured={finding} />
      </div>
      {rule && (
        <div>
          <h3>Why it matters</h3>
          <p className={css.doc}>{rule.doc}</p>
        </div>
      )}
    </Disclosure>
  )
}
