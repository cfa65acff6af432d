import type { ReactNode } from 'react'
import { Badge } from '../ui/badge.tsx'
import { QueryText } from '../ui/query-text.tsx'
import css from './queries.module.css'
import { ReportLink } from './report-link.tsx'

export interface StatementCellProps {
  readonly text: string | null
  /** What its report is asked for by. */
  readonly id: string
  /** Stands below the text. */
  readonly children?: ReactNode
}

/** A statement in a table: its text, what is said of it, and on a phone the way to its report. */
export function StatementCell({ text, id, children }: StatementCellProps) {
  return (
    <div className={css.cell}>
      <QueryText text={text} />
      <p className={css.under}>
        {children}
        <span className={css.narrow}>
          <StatementReport text={text} id={id} />
        </span>
      </p>
    </div>
  )
}

/** Marks a statement whose time is part of its caller's. */
export const InFunction = () => <Badge tone="info">In a function</Badge>

/** The way to a statement's report; where its text is not known, there is none. */
export const StatementReport = ({ text, id }: Omit<StatementCellProps, 'children'>) =>
  text ? <ReportLink id={id} of={text.slice(0, 60)} /> : null
