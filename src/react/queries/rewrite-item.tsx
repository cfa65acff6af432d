import type { PlanNode, PlannedRewrite } from '../api/query-types.ts'
import { Badge } from '../ui/badge.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { Disclosure } from '../ui/disclosure.tsx'
import sqlCss from '../ui/sql.module.css'
import { Sql } from '../ui/sql.tsx'
import { CostChange } from './cost-change.tsx'
import { PlanPair } from './plan-pair.tsx'
import css from './queries.module.css'
import { textDiff } from './text-diff.ts'

export interface RewriteItemProps {
  /** The statement as it is. */
  readonly sql: string
  readonly rewrite: PlannedRewrite
  readonly plan: PlanNode | undefined
  readonly open: boolean
}

/** Another text for the statement: what changes in it, whether its result is the same, and what the planner says of it. */
export function RewriteItem({ sql, rewrite, plan, open }: RewriteItemProps) {
  const { title, doc, result, because, planned, why } = rewrite
  return (
    <Disclosure
      open={open}
      summary={
        <>
          <p className={css.itemHead}>
            <b>{title}</b>
            {result === 'same' ? (
              <Badge tone="ok">Same result</Badge>
            ) : (
              <Badge tone="warning">Check the result</Badge>
            )}
          </p>
          <p className={css.gain}>
            {planned ? (
              <CostChange before={planned.before} after={planned.after} />
            ) : (
              <span className={css.muted}>not planned{why && `: ${why}`}</span>
            )}
          </p>
        </>
      }
    >
      <p className={css.muted}>{doc}</p>
      <p>{because}</p>
      <figure className={css.text}>
        <figcaption>
          <span className={sqlCss.sql}>
            <ins>new</ins> <del>gone</del>
          </span>
          <CopyButton text={rewrite.sql} what={`the statement rewritten: ${title}`} />
        </figcaption>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long text scrolls, and must by keyboard too */}
        <pre tabIndex={0}>
          <span className={sqlCss.sql}>
            {textDiff(sql, rewrite.sql).map(({ kind, text }, i) => {
              const Mark = kind === 'same' ? 'span' : kind
              // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity and do not move
              return <Mark key={i}>{kind === 'same' ? <Sql text={text} /> : text}</Mark>
            })}
          </span>
        </pre>
      </figure>
      {planned && plan && <PlanPair before={plan} after={planned.explained.plan} by="rewritten" />}
    </Disclosure>
  )
}
