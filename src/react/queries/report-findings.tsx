import type { ReportFinding } from '../api/query-types.ts'
import { Badge } from '../ui/badge.tsx'
import { Evidence } from '../ui/evidence.tsx'
import list from '../ui/list.module.css'
import { Notice } from '../ui/notice.tsx'
import css from './queries.module.css'

export interface ReportFindingsProps {
  readonly findings: readonly ReportFinding[]
  /** The number that stands at the finding's place in the text. */
  readonly numberOf: (finding: ReportFinding) => number | undefined
  readonly planned: boolean
}

const WORDS = { critical: 'Critical', warning: 'Warning', info: 'Note' } as const

/** What the text and the plan are reproached with, the gravest first. */
export function ReportFindings({ findings, numberOf, planned }: ReportFindingsProps) {
  if (findings.length === 0)
    return planned ? (
      <Notice tone="ok" title="Neither its text nor its plan is reproached with anything" />
    ) : (
      <Notice tone="ok" title="Its text is reproached with nothing">
        Its plan is not known.
      </Notice>
    )
  return (
    <ol className={list.rows} aria-label="Findings on the statement">
      {findings.map((f, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a rule may object to one place twice; the list does not change
        <li key={i}>
          <div className={css.finding}>
            <p className={list.head}>
              <Badge tone={f.severity}>{WORDS[f.severity]}</Badge>
              <b>{f.title}</b>
              <span className={css.muted}>{placeOf(f, numberOf(f))}</span>
            </p>
            <p>{f.message}</p>
            {f.advice && <p className={css.muted}>{f.advice}</p>}
            {f.about === 'plan' && <Evidence facts={f.evidence} />}
          </div>
        </li>
      ))}
    </ol>
  )
}

function placeOf(finding: ReportFinding, number: number | undefined): string {
  if (finding.about === 'plan') return `in the plan, ${finding.node}`
  const { line, column } = finding.position
  return `${number === undefined ? '' : `mark ${number}, `}line ${line}, column ${column}`
}
