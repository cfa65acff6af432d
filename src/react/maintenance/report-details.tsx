import { formatBytes, formatCount, formatSeconds } from '../../core/format.ts'
import { Measures } from '../actions/measures.tsx'
import { MendedFindings } from '../actions/mended-findings.tsx'
import { STATES } from '../actions/words.ts'
import type { ActionReport, MaintenanceReport } from '../api/upkeep-types.ts'
import { Badge, type Tone } from '../ui/badge.tsx'
import { CodeBlock } from '../ui/code-block.tsx'
import { Disclosure } from '../ui/disclosure.tsx'
import { Figures } from '../ui/figures.tsx'
import list from '../ui/list.module.css'

/** What a round did, action by action, with what was measured before and after each. */
export function ReportDetails({ report }: { readonly report: MaintenanceReport }) {
  const { reason, actions, leftAlone, bytesReclaimed, deadRowsRemoved, backup, startedAt, endedAt } = report
  const figures = [
    { name: 'Reclaimed', value: formatBytes(bytesReclaimed) },
    { name: 'Dead rows removed', value: formatCount(deadRowsRemoved) },
    ...(endedAt === undefined ? [] : [{ name: 'Took', value: formatSeconds((endedAt - startedAt) / 1000) }]),
  ]
  return (
    <div className={list.section}>
      {reason && <p className={list.muted}>{reason}</p>}
      {backup && <p className={list.muted}>{backup}</p>}
      {actions.length > 0 && <Figures items={figures} />}
      <ul className={list.rows}>
        {actions.map((a) => (
          <li key={`${a.action}/${a.subject}`}>
            <ActionLine action={a} />
          </li>
        ))}
      </ul>
      {leftAlone.length > 0 && (
        <p className={list.muted}>
          Left alone: {leftAlone.map((l) => `${l.subject} (${l.reason})`).join('; ')}
        </p>
      )}
    </div>
  )
}

const MORE: Readonly<Record<'planned' | 'impossible', readonly [Tone, string]>> = {
  planned: ['info', 'Planned'],
  impossible: ['warning', 'Not possible'],
}

function ActionLine({ action }: { readonly action: ActionReport }) {
  const { status, summary, because, error, detail, seconds, before, after, sql, mended = [] } = action
  const [tone, word] = status === 'planned' || status === 'impossible' ? MORE[status] : STATES[status]
  return (
    <div className={list.main}>
      <Disclosure
        summary={
          <>
            <p className={list.head}>
              <Badge tone={tone}>{word}</Badge>
              <b>{summary}</b>
              {seconds !== undefined && <span className={list.muted}>{formatSeconds(seconds)}</span>}
            </p>
            <p className={list.muted}>{error ?? detail ?? because}</p>
            <MendedFindings mended={mended} />
          </>
        }
      >
        {(error ?? detail) && <p className={list.muted}>{because}</p>}
        {after && <Measures before={before} after={after} />}
        {sql.length > 0 && <CodeBlock code={sql.join('\n')} label="SQL" />}
      </Disclosure>
    </div>
  )
}
