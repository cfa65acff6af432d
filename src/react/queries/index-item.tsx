import { type ReactNode, useState } from 'react'
import { formatBytes, formatCount, formatRatio, formatSeconds, plural } from '../../core/format.ts'
import { PlanButton } from '../actions/plan-button.tsx'
import { useRefusal } from '../actions/use-refusal.ts'
import type { AffectedStatement, IndexAdvice } from '../api/query-types.ts'
import { Button } from '../ui/button.tsx'
import { CodeBlock } from '../ui/code-block.tsx'
import { Confidence } from '../ui/confidence.tsx'
import { Disclosure } from '../ui/disclosure.tsx'
import { QueryText } from '../ui/query-text.tsx'
import { CostChange } from './cost-change.tsx'
import { PlanPair } from './plan-pair.tsx'
import css from './queries.module.css'
import { ReportLink } from './report-link.tsx'

export interface IndexItemProps {
  readonly advice: IndexAdvice
  /** What it does, in figures, beside its name. */
  readonly gain: ReactNode
  readonly open: boolean
  /** Without the statements: where the report is about one alone, they need no list. */
  readonly single?: boolean
}

/** One index that is worth having: what it saves and costs, why that is believed, and the statements to copy or to plan. */
export function IndexItem({ advice, gain, open, single = false }: IndexItemProps) {
  const { summary, confidence, because, ddl, undo, action, statements } = advice
  const refusal = useRefusal()
  const [first] = statements
  return (
    <Disclosure
      open={open}
      summary={
        <>
          <p className={css.itemHead}>
            <b>
              <bdi>{summary}</bdi>
            </b>
            <Confidence of={confidence} />
          </p>
          <p className={css.gain}>
            {gain}
            <span className={css.muted}>{costsOf(advice)}</span>
          </p>
        </>
      }
    >
      <ul className={css.because}>
        {because.map((why) => (
          <li key={why}>{why}</li>
        ))}
      </ul>
      {!single && (
        <ul className={css.affected} aria-label={`Statements that ${summary} helps`}>
          {statements.map((s) => (
            <li key={`${s.queryIds.join()} ${s.text}`}>
              <Affected statement={s} />
            </li>
          ))}
        </ul>
      )}
      {single && first && <PlanPair before={first.planBefore} after={first.planAfter} by="with the index" />}
      <div className={css.pair}>
        <CodeBlock code={ddl.join('\n')} label="SQL that makes it" />
        <CodeBlock code={undo.join('\n')} label="SQL that takes it back" />
      </div>
      <div className={css.act}>
        {action && <PlanButton action={action} />}
        <span className={css.muted}>{action ? (refusal ?? NOTHING_YET) : BY_HAND}</span>
      </div>
    </Disclosure>
  )
}

const NOTHING_YET = 'Planning only reads: you see locks, checks and undo before you approve anything.'
const BY_HAND = 'Run it by hand: no action makes this kind of index.'

/** What it takes on disk and at every write. */
function costsOf({
  bytes,
  writeCost: { entriesPerSecond, walPerSecond, load, hotUpdatesLost },
}: IndexAdvice): string {
  const lost = hotUpdatesLost > 0 ? `${formatCount(hotUpdatesLost)} updates/s no longer heap-only` : ''
  const writes =
    entriesPerSecond > 0
      ? `writes ${formatBytes(walPerSecond)}/s of WAL and ${formatRatio(load)} of a core`
      : 'no writes to its table seen'
  return [`about ${formatBytes(bytes)}`, writes, lost].filter(Boolean).join(' · ')
}

function Affected({ statement }: { readonly statement: AffectedStatement }) {
  const { queryIds, text, calls, seconds, costBefore, costAfter, planBefore, planAfter } = statement
  const [shown, setShown] = useState(false)
  const [id] = queryIds
  return (
    <>
      <QueryText text={text} />
      <p className={css.figuresLine}>
        <CostChange before={costBefore} after={costAfter} />
        <span className={css.muted}>
          {plural(calls, 'call')}, {formatSeconds(seconds)} in the window
        </span>
        <span className={css.end}>
          <Button size="small" tone="quiet" aria-expanded={shown} onClick={() => setShown(!shown)}>
            {shown ? 'Hide plans' : 'Compare plans'}
          </Button>
          {id !== undefined && <ReportLink id={id} of={text.slice(0, 60)} />}
        </span>
      </p>
      {shown && <PlanPair before={planBefore} after={planAfter} by="with the indexes" />}
    </>
  )
}
