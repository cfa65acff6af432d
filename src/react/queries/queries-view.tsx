import { useEffect, useRef, useState } from 'react'
import type { QueryReport } from '../api/query-types.ts'
import { AnalyseWidget } from './analyse-widget.tsx'
import { QueriesWidget } from './queries-widget.tsx'
import { GivenReport, ReportView } from './report-view.tsx'
import { WorkloadWidget } from './workload-widget.tsx'

export interface QueriesViewProps {
  /** The statement whose report is shown in place of the list. */
  readonly query?: string | undefined
  /** Back from a report to the list. */
  readonly onLeave: () => void
}

/** The statements of the target, the report on one of them or on any text, and index advice for all of them together. */
export function QueriesView({ query, onLeave }: QueriesViewProps) {
  const [sql, setSql] = useState('')
  const [given, setGiven] = useState<QueryReport>()
  const left = useRef<string>(undefined)
  useEffect(() => {
    if (query !== undefined) left.current = query
    else if (left.current !== undefined) {
      // Back where one came from: to the link of the statement that was looked at.
      const id = left.current
      const isOf = ({ report }: DOMStringMap) => report === id || report?.startsWith(`${id}.`)
      const links = [...document.querySelectorAll<HTMLElement>('[data-report]')]
      const place =
        links.find((l) => isOf(l.dataset) && l.checkVisibility()) ?? document.getElementById('view')
      place?.focus()
    }
  }, [query])
  if (query !== undefined) return <ReportView key={query} id={query} onLeave={onLeave} />
  if (given) return <GivenReport report={given} onLeave={() => setGiven(undefined)} />
  return (
    <>
      <QueriesWidget />
      <WorkloadWidget />
      <AnalyseWidget sql={sql} onChange={setSql} onReport={setGiven} />
    </>
  )
}
