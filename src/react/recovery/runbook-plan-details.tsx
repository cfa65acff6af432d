import { plural } from '../../core/format.ts'
import { PlanDetails } from '../actions/plan-details.tsx'
import { SessionList } from '../actions/session-list.tsx'
import { actOf } from '../actions/words.ts'
import type { RunbookPlan } from '../api/upkeep-types.ts'
import { Disclosure } from '../ui/disclosure.tsx'
import { Evidence } from '../ui/evidence.tsx'
import { Folded, MANY } from '../ui/folded.tsx'
import list from '../ui/list.module.css'
import { Notice } from '../ui/notice.tsx'

/** What a runbook has seen, and what it would do about it. */
export function RunbookPlanDetails({ plan }: { readonly plan: RunbookPlan }) {
  const { detected, summary, measures, named, steps, hits, spared, leftAlone } = plan
  return (
    <>
      <Notice tone={detected ? 'warning' : 'ok'} title={summary} />
      <Evidence facts={measures} />
      {named.length > 0 && (
        <section className={list.section}>
          <h3>To know</h3>
          <ul>
            {named.map((n) => (
              <li key={n}>{n}</li>
            ))}
          </ul>
        </section>
      )}
      <SessionList title="Hit" sessions={hits} />
      <SessionList title="Spared" sessions={spared} folded />
      {steps.length > 0 && (
        <Folded title={`${plural(steps.length, 'step')}, in this order`} when={steps.length > MANY}>
          <ol className={list.rows}>
            {steps.map((s) => (
              <li key={s.plan.hash}>
                <div className={list.main}>
                  <Disclosure
                    summary={
                      <>
                        <b className={list.strong}>{actOf({ name: s.action, input: s.input })}</b>
                        <p className={list.muted}>{s.reason}</p>
                      </>
                    }
                  >
                    <PlanDetails plan={s.plan} />
                    {s.next && (
                      <>
                        <p className={list.strong}>When that does not help</p>
                        <PlanDetails plan={s.next} />
                      </>
                    )}
                  </Disclosure>
                </div>
              </li>
            ))}
          </ol>
        </Folded>
      )}
      {leftAlone.length > 0 && (
        <section className={list.section}>
          <h3>Left alone</h3>
          <ul className={list.rows}>
            {leftAlone.map((l) => (
              <li key={l.subject}>
                <div className={list.main}>
                  <b className={list.strong}>{l.subject}</b>
                  <p className={list.muted}>{l.reason}</p>
                </div>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  )
}
