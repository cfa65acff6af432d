import type { CapacitySubject } from '../api/capacity-types.ts'
import { showDate, showValue } from '../display.ts'
import { DataTable } from '../ui/data-table.tsx'
import css from './capacity.module.css'
import { nameOf } from './words.ts'

export interface SubjectTableProps {
  readonly subjects: readonly CapacitySubject[]
  readonly isChosen: (subject: CapacitySubject) => boolean
  readonly onChoose: (subject: CapacitySubject) => void
  readonly idOf: (subject: CapacitySubject) => string
}

/** All that grows; choosing one draws it. */
export function SubjectTable({ subjects, isChosen, onChoose, idOf }: SubjectTableProps) {
  return (
    <DataTable
      caption="What grows"
      rows={subjects}
      rowKey={idOf}
      columns={[
        {
          name: 'What',
          render: (s) => (
            <button
              type="button"
              className={css.choose}
              aria-pressed={isChosen(s)}
              onClick={() => onChoose(s)}
            >
              {nameOf(s)}
            </button>
          ),
        },
        { name: 'Now', numeric: true, render: (s) => showValue(s.current, s.unit) },
        { name: 'A day', numeric: true, minor: true, render: (s) => showValue(s.perDay?.mid, s.unit) },
        {
          name: 'In 3 months',
          numeric: true,
          minor: true,
          render: (s) => showValue(s.in3Months?.mid, s.unit),
        },
        {
          name: 'In 6 months',
          numeric: true,
          minor: true,
          render: (s) => showValue(s.in6Months?.mid, s.unit),
        },
        { name: 'Limit', numeric: true, minor: true, render: (s) => showValue(s.limit, s.unit) },
        {
          name: 'Reached',
          numeric: true,
          render: (s) => (s.limitReached ? `about ${showDate(s.limitReached.expected)}` : '–'),
        },
      ]}
    />
  )
}
