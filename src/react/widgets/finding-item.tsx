import { PlanButton } from '../actions/plan-button.tsx'
import { SuppressButton } from '../alerts/suppress-button.tsx'
import type { Catalog, Finding, FindingRecord } from '../api/types.ts'
import { showMoment } from '../display.ts'
import { useRemedies } from '../hooks/use-remedies.ts'
import { Badge } from '../ui/badge.tsx'
import { Disclosure } from '../ui/disclosure.tsx'
import { Evidence } from '../ui/evidence.tsx'
import css from './findings-widget.module.css'

export interface FindingItemProps {
  readonly finding: Finding
  /** Since when it is known, and which runs were to fix it. */
  readonly record: FindingRecord | undefined
  readonly rule: Catalog['rules'][number] | undefined
}

const WORDS = { critical: 'Critical', warning: 'Warning', info: 'Note' } as const

/** One finding; opens to its evidence and remedy. */
export function FindingItem({ finding, record, rule }: FindingItemProps) {
  const { severity, title, summary, evidence } = finding
  const actions = useRemedies(finding.subject)
  return (
    <Disclosure
      summary={
        <>
          <p className={css.head}>
            <Badge tone={severity}>{WORDS[severity]}</Badge>
            <b>{title}</b>
            {record?.outcome === 'reopened' && <Badge tone="warning">Still there</Badge>}
            {record?.outcome === 'returned' && <Badge tone="warning">Returned</Badge>}
            {record && <small>since {showMoment(record.firstSeen)}</small>}
          </p>
          <p className={css.summary}>{summary}</p>
        </>
      }
    >
      {record && <Story record={record} />}
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

/** What was run against it, and what that came to. */
function Story({ record: { triedBy, returnedAfter } }: { readonly record: FindingRecord }) {
  if (!triedBy && !returnedAfter) return null
  return (
    <div>
      <h3>What was done</h3>
      {returnedAfter && (
        <p>
          It was fixed {showMoment(returnedAfter.at)} and has come back: {returnedAfter.summary}, by{' '}
          {returnedAfter.by}. {returnedAfter.detail}
        </p>
      )}
      {triedBy && (
        <p>
          Still there after {triedBy.summary}, by {triedBy.by}, {showMoment(triedBy.at)}. {triedBy.detail}
        </p>
      )}
    </div>
  )
}
