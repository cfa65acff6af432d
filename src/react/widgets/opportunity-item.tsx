import { PlanButton } from '../actions/plan-button.tsx'
import type { Opportunity } from '../api/types.ts'
import { CodeBlock } from '../ui/code-block.tsx'
import { Confidence } from '../ui/confidence.tsx'
import { Disclosure } from '../ui/disclosure.tsx'
import { Evidence } from '../ui/evidence.tsx'
import css from './opportunities-widget.module.css'

/** One recommendation; opens to evidence, risk and the statements to copy. */
export function OpportunityItem({ opportunity }: { readonly opportunity: Opportunity }) {
  const { title, summary, gain, risk, confidence, because, evidence, sql, undo, action } = opportunity
  return (
    <Disclosure
      summary={
        <>
          <p className={css.head}>
            <b>{title}</b>
            <Confidence of={confidence} />
          </p>
          <p className={css.summary}>{summary}</p>
          <p className={css.gain}>{gain}</p>
        </>
      }
    >
      <Evidence facts={evidence} />
      <dl className={css.terms}>
        <dt>Risk</dt>
        <dd>{risk}</dd>
        <dt>Confidence</dt>
        <dd>{because}</dd>
      </dl>
      {sql && sql.length > 0 && <CodeBlock code={sql.join('\n')} label="SQL that would do it" />}
      {undo && undo.length > 0 && <CodeBlock code={undo.join('\n')} label="SQL that would undo it" />}
      {action && (
        <div>
          <PlanButton action={action} />
        </div>
      )}
      {sql && sql.length > 0 && <p className={css.note}>pgtend never runs this without your approval.</p>}
    </Disclosure>
  )
}
