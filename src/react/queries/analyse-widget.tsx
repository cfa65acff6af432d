import { type KeyboardEvent, useId, useRef } from 'react'
import { ApiError } from '../api/client.ts'
import type { QueryReport } from '../api/query-types.ts'
import { isPending, useTextReport } from '../hooks/use-queries.ts'
import { Failure } from '../ui/answer-state.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import field from '../ui/field.module.css'
import { Sql } from '../ui/sql.tsx'
import { indexOfPlace } from '../ui/sql-tokens.ts'
import css from './queries.module.css'
import { useOpenReport } from './report-link.tsx'

export interface AnalyseWidgetProps {
  readonly sql: string
  readonly onChange: (sql: string) => void
  readonly onReport: (report: QueryReport) => void
}

/** A box for any statement; its report, or where it can't be read. */
export function AnalyseWidget({ sql, onChange, onReport }: AnalyseWidgetProps) {
  const id = useId()
  const box = useRef<HTMLTextAreaElement>(null)
  const ask = useTextReport()
  const open = useOpenReport()
  const analyse = () => {
    if (sql.trim() === '' || ask.isPending) return
    ask.mutate(sql, {
      onSuccess(answer) {
        if (!isPending(answer)) onReport(answer)
        else open?.(answer.id)
      },
    })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) analyse()
  }
  const place = ask.variables === sql ? placeOf(ask.error) : undefined
  const showPlace = () => {
    if (!place || !box.current) return
    const at = indexOfPlace(sql, place)
    box.current.focus()
    box.current.setSelectionRange(at, Math.min(at + 1, sql.length))
  }
  return (
    <Card title="Analyse a statement" span={3} id="analyse">
      <div className={field.field}>
        <label htmlFor={id}>SQL, one statement</label>
        <textarea
          ref={box}
          id={id}
          rows={6}
          value={sql}
          spellCheck={false}
          aria-describedby={`${id}-hint`}
          aria-invalid={ask.error ? true : undefined}
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <small id={`${id}-hint`}>
          It is never executed: pgtend reads it and plans it in a private copy of schema and statistics. $1,
          $2 … may stand for values.
        </small>
      </div>
      {ask.error && <Failure error={ask.error} />}
      {ask.error && place && (
        <div className={css.place}>
          <pre className={css.statement}>
            <Sql
              text={lineOf(sql, place.line)}
              marks={[{ at: place.column - 1, number: 1, tone: 'critical' }]}
            />
          </pre>
          <Button size="small" onClick={showPlace}>
            Go to line {place.line}, column {place.column}
          </Button>
        </div>
      )}
      <div className={css.act}>
        <Button tone="primary" off={sql.trim() === ''} busy={ask.isPending} onClick={analyse}>
          {ask.isPending ? 'Analysing …' : 'Analyse'}
        </Button>
        <span className={css.muted} role="status">
          {ask.isPending
            ? 'The first time pgtend rebuilds your schema: some seconds.'
            : 'Ctrl + Enter does it too.'}
        </span>
      </div>
    </Card>
  )
}

/** Where a statement can't be read, as the error says it. */
function placeOf(error: Error | null): { readonly line: number; readonly column: number } | undefined {
  const found = error instanceof ApiError ? /line (\d+), column (\d+)/.exec(error.message) : null
  return found ? { line: Number(found[1]), column: Number(found[2]) } : undefined
}

const lineOf = (text: string, line: number): string => text.split('\n')[line - 1] ?? ''
