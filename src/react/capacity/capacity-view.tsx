import { useState } from 'react'
import type { CapacitySubject } from '../api/capacity-types.ts'
import { useCapacity } from '../hooks/use-capacity.ts'
import { AnswerState } from '../ui/answer-state.tsx'
import { Notice } from '../ui/notice.tsx'
import { Widget } from '../widgets/widget.tsx'
import css from './capacity.module.css'
import { GrowthChart } from './growth-chart.tsx'
import { Outlook } from './outlook.tsx'
import { SubjectTable } from './subject-table.tsx'
import { nameOf } from './words.ts'

const RULES = ['storage-near-limit']

/** How the database grows, and when it reaches its limits. */
export function CapacityView() {
  const capacity = useCapacity()
  return (
    <Widget title="Growth" span={3} id="capacity" rules={RULES}>
      <AnswerState query={capacity} what="Growth" lines={6}>
        {({ at, subjects }) =>
          subjects.length === 0 ? (
            <Notice tone="info" title="No history yet">
              The first figures come with the first full reading; a forecast needs seven days of them.
            </Notice>
          ) : (
            <Subjects at={at} subjects={subjects} />
          )
        }
      </AnswerState>
    </Widget>
  )
}

interface SubjectsProps {
  readonly at: number
  readonly subjects: readonly CapacitySubject[]
}

const idOf = (s: CapacitySubject) => `${s.kind}/${s.name}`

function Subjects({ at, subjects }: SubjectsProps) {
  const [chosen, setChosen] = useState<string>()
  const subject = subjects.find((s) => idOf(s) === chosen) ?? subjects[0]
  if (!subject) return null
  return (
    <>
      <div className={css.halves}>
        <GrowthChart key={idOf(subject)} at={at} subject={subject} />
        <section className={css.outlook} aria-live="polite" aria-label={`Outlook of ${nameOf(subject)}`}>
          <Outlook subject={subject} />
        </section>
      </div>
      <SubjectTable
        subjects={subjects}
        isChosen={(s) => s === subject}
        onChoose={(s) => setChosen(idOf(s))}
        idOf={idOf}
      />
    </>
  )
}
