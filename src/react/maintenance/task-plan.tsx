import { plural } from '../../core/format.ts'
import { PlanDetails } from '../actions/plan-details.tsx'
import { RISKS } from '../actions/words.ts'
import type { ActionReport, MaintenancePlan } from '../api/upkeep-types.ts'
import { Badge } from '../ui/badge.tsx'
import { Disclosure } from '../ui/disclosure.tsx'
import list from '../ui/list.module.css'
import { Notice } from '../ui/notice.tsx'

type Planned = MaintenancePlan['plans'][number]

/** What a task would do now, why, and what it would leave alone. */
export function TaskPlan({ plan }: { readonly plan: MaintenancePlan }) {
  const { actions, plans, leftAlone, task } = plan
  return (
    <>
      {task === 'backup' && <p>A backup reads every table. It changes nothing in the database.</p>}
      {task !== 'backup' && actions.length === 0 && (
        <Notice tone="ok" title="Nothing needs it now">
          What is planned follows from what was measured, and nothing calls for it.
        </Notice>
      )}
      {actions.length > 0 && (
        <ul className={list.rows} aria-label="What it would do">
          {actions.map((a) => (
            <li key={`${a.action}/${a.subject}`}>
              <Line action={a} plan={plans.find((p) => p.action === a.action && p.summary === a.summary)} />
            </li>
          ))}
        </ul>
      )}
      {leftAlone.length > 0 && (
        <Disclosure
          summary={<span className={list.strong}>{plural(leftAlone.length, 'other')} left alone</span>}
        >
          <ul className={list.rows}>
            {leftAlone.map((l) => (
              <li key={`${l.subject}/${l.reason}`}>
                <div className={list.main}>
                  <b className={list.strong}>{l.subject}</b>
                  <p className={list.muted}>{l.reason}</p>
                </div>
              </li>
            ))}
          </ul>
        </Disclosure>
      )}
    </>
  )
}

function Line({ action, plan }: { readonly action: ActionReport; readonly plan: Planned | undefined }) {
  if (!plan)
    return (
      <div className={list.main}>
        <p className={list.head}>
          <Badge tone="warning">Not possible</Badge>
          <b>{action.subject}</b>
        </p>
        <p className={list.muted}>{action.error ?? action.because}</p>
      </div>
    )
  const [tone, risk] = RISKS[plan.risk]
  return (
    <div className={list.main}>
      <Disclosure
        summary={
          <>
            <p className={list.head}>
              <b>{plan.summary}</b>
              <Badge tone={tone}>{risk}</Badge>
            </p>
            <p className={list.muted}>{action.because}</p>
          </>
        }
      >
        <PlanDetails plan={plan} titled={plan.summary} />
      </Disclosure>
    </div>
  )
}
