import type { CSSProperties } from 'react'
import { formatBytes, formatRatio, formatSeconds, plural } from '../../core/format.ts'
import { PlanButton } from '../actions/plan-button.tsx'
import type { DropAdvice, UnhelpedStatement, WorkloadAdvice } from '../api/query-types.ts'
import { CodeBlock } from '../ui/code-block.tsx'
import { Disclosure } from '../ui/disclosure.tsx'
import { Figures } from '../ui/figures.tsx'
import { Folded, MANY } from '../ui/folded.tsx'
import list from '../ui/list.module.css'
import { Notice } from '../ui/notice.tsx'
import { QueryText } from '../ui/query-text.tsx'
import { sentence } from '../ui/sentence.ts'
import { Gaps } from './gaps.tsx'
import { IndexItem } from './index-item.tsx'
import css from './queries.module.css'
import { ReportLink } from './report-link.tsx'

/** What one run found: the indexes worth having, those that are needless, and all that was not looked at. */
export function WorkloadResult({ advice }: { readonly advice: WorkloadAdvice }) {
  const { indexes, drops, unhelped, withheld, leftOut, gaps } = advice
  return (
    <>
      {withheld ? (
        <Notice tone="unknown" title="Advice is withheld" fix={withheld.remedy}>
          {sentence(withheld.reason)}
        </Notice>
      ) : (
        <Outcome advice={advice} />
      )}
      {indexes.length > 0 && (
        <ol className={css.items} aria-label="Indexes worth having">
          {indexes.map((index, i) => (
            <li key={index.name}>
              <IndexItem
                advice={index}
                open={i === 0}
                gain={
                  <span className={css.share}>
                    <i aria-hidden="true" style={{ '--share': `${index.share * 100}%` } as CSSProperties} />
                    <b>saves {formatRatio(index.share)} of the time</b>
                  </span>
                }
              />
            </li>
          ))}
        </ol>
      )}
      {drops.length > 0 && (
        <section className={list.section}>
          <h3 className={css.h3}>Indexes that another one makes needless</h3>
          <ul className={css.items}>
            {drops.map((d) => (
              <li key={`${d.schema}.${d.index}`}>
                <Drop drop={d} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {unhelped.length > 0 && (
        <Folded
          title={`${plural(unhelped.length, 'statement')} that no index helps`}
          when={unhelped.length >= MANY}
        >
          <ul className={css.affected} aria-label="Statements that no index helps">
            {unhelped.map((s) => (
              <li key={`${s.queryIds.join()} ${s.text}`}>
                <Unhelped statement={s} />
              </li>
            ))}
          </ul>
        </Folded>
      )}
      <Gaps
        title="What plans could not take into account"
        gaps={gaps.map((g) => ({ what: g.object, reason: g.reason, remedy: g.remedy }))}
      />
      {leftOut.length > 0 && (
        <Disclosure
          summary={
            <span className={css.muted}>
              {plural(
                leftOut.reduce((sum, l) => sum + l.statements, 0),
                'statement',
              )}{' '}
              left out
            </span>
          }
        >
          <ul className={css.because}>
            {leftOut.map((l) => (
              <li key={l.reason}>
                {plural(l.statements, 'statement')}, {formatSeconds(l.seconds)}: {l.reason}
              </li>
            ))}
          </ul>
        </Disclosure>
      )}
    </>
  )
}

function Outcome({ advice }: { readonly advice: WorkloadAdvice }) {
  const { before, after, indexes, statements, generic, effort } = advice
  if (indexes.length === 0)
    return (
      <Notice
        tone="ok"
        title={statements === 0 ? 'No statement ran that could be planned' : 'No index is missing'}
      >
        {statements === 0
          ? 'Watch again while the application is at work.'
          : `${plural(statements, 'statement')} planned with ${plural(effort.candidates, 'candidate')}: none saves enough to be worth its room and its writes.${generic > 0 ? ` ${plural(generic, 'statement')} planned generically: for any values, since none are known.` : ''}`}
      </Notice>
    )
  const bytes = indexes.reduce((sum, i) => sum + i.bytes, 0)
  return (
    <Figures
      items={[
        {
          name: 'Time of the statements',
          value: `−${formatRatio(1 - after / before)}`,
          note: 'expected with all of them',
        },
        {
          name: 'Execution in the window',
          value: formatSeconds(after),
          note: `in place of ${formatSeconds(before)}`,
        },
        { name: 'Indexes', value: `${indexes.length}`, note: `of ${plural(effort.candidates, 'candidate')}` },
        { name: 'Size', value: formatBytes(bytes), note: 'estimated, together' },
        {
          name: 'Statements',
          value: `${statements}`,
          note: generic > 0 ? `planned, ${generic} of them for any values, since none are known` : 'planned',
        },
      ]}
    />
  )
}

function Drop({ drop }: { readonly drop: DropAdvice }) {
  return (
    <Disclosure
      summary={
        <>
          <p className={css.itemHead}>
            <b>
              <bdi>
                {drop.schema}.{drop.index}
              </bdi>
            </b>
            <span className={css.muted}>frees {formatBytes(drop.bytes)}</span>
          </p>
          <p className={css.muted}>
            {drop.coveredBy} does its work on {drop.table}.
          </p>
        </>
      }
    >
      <p>{drop.because}</p>
      <div className={css.pair}>
        <CodeBlock code={drop.ddl.join('\n')} label="SQL that drops it" />
        <CodeBlock code={drop.undo.join('\n')} label="SQL that takes it back" />
      </div>
      <div className={css.act}>
        <PlanButton action={drop.action} />
      </div>
    </Disclosure>
  )
}

function Unhelped({
  statement: { queryIds, text, calls, seconds, share },
}: {
  readonly statement: UnhelpedStatement
}) {
  const [id] = queryIds
  return (
    <>
      <QueryText text={text} />
      <p className={css.figuresLine}>
        <span className={css.muted}>
          {formatRatio(share)} of the time, {plural(calls, 'call')}, {formatSeconds(seconds)}: it needs
          another text
        </span>
        <span className={css.end}>{id !== undefined && <ReportLink id={id} of={text.slice(0, 60)} />}</span>
      </p>
    </>
  )
}
