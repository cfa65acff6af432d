import { formatSeconds } from '../../core/format.ts'
import type { Plan, Precondition, Step } from '../api/action-types.ts'
import { Badge } from '../ui/badge.tsx'
import { CodeBlock } from '../ui/code-block.tsx'
import { Evidence } from '../ui/evidence.tsx'
import { Icon } from '../ui/icon.tsx'
import css from './plan-details.module.css'
import { SessionList } from './session-list.tsx'
import { RISKS, sentence } from './words.ts'

export interface PlanDetailsProps {
  readonly plan: Plan
  /** What stands above it already, and need not be said twice. */
  readonly titled?: string
}

/** All that a person must know before approving: what is done, what it locks, whom it hits, what takes it back. */
export function PlanDetails({ plan, titled }: PlanDetailsProps) {
  const [tone, risk] = RISKS[plan.risk]
  const { hits = [], spared = [] } = plan
  const undo = plan.steps.flatMap((s) => s.undo ?? [])
  return (
    <div className={css.plan}>
      <p className={css.summary}>
        {plan.summary !== titled && <span>{plan.summary}</span>}
        <Badge tone={tone}>
          {risk}
          {plan.risk === 'destructive' && (undo.length > 0 ? ', with an undo below' : ', without an undo')}
        </Badge>
      </p>
      <dl className={css.terms}>
        <dt>Effect</dt>
        <dd>{plan.effect}</dd>
        {Object.keys(plan.before).length > 0 && (
          <>
            <dt>Now</dt>
            <dd>
              <Evidence facts={plan.before} />
            </dd>
          </>
        )}
      </dl>
      <Preconditions all={plan.preconditions} />
      <SessionList title="Hit" sessions={hits} />
      <SessionList title="Spared" sessions={spared} folded />
      <section className={css.section}>
        <h3>{plan.steps.length === 1 ? 'Statement' : `${plan.steps.length} statements, in this order`}</h3>
        <ol className={css.steps}>
          {plan.steps.map((step, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the same statement may stand twice, in a fixed order
            <li key={i}>
              <CodeBlock code={sqlOf(step)} label={plan.steps.length === 1 ? 'SQL' : `SQL ${i + 1}`} />
              <p className={css.note}>
                Locks: {step.locks}. {limitsOf(step)}
              </p>
            </li>
          ))}
        </ol>
      </section>
      <section className={css.section}>
        <h3>Undo</h3>
        {undo.length > 0 ? (
          <CodeBlock code={undo.join('\n')} label="SQL that takes it back" />
        ) : (
          <p className={css.note}>
            {plan.risk === 'destructive'
              ? 'Nothing takes this back.'
              : 'Nothing is lost that one would want back.'}
          </p>
        )}
      </section>
    </div>
  )
}

function Preconditions({ all }: { readonly all: readonly Precondition[] }) {
  if (all.length === 0) return null
  // What stands in the way comes first.
  const sorted = [...all].sort((a, b) => Number(a.holds) - Number(b.holds))
  return (
    <section className={css.section}>
      <h3>What must hold</h3>
      <ul className={css.checks}>
        {sorted.map((p) => (
          <li key={p.name} className={css.check} data-holds={p.holds}>
            <Icon name={p.holds ? 'ok' : 'critical'} size={15} />
            <div>
              <b>
                {sentence(p.name)}
                {!p.holds && ': not met'}
              </b>
              <p>{p.detail}</p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** The statement as it is sent, with the values that are bound to it. */
const sqlOf = ({ sql, values = [] }: Step): string =>
  [sql, ...values.map((v, i) => `-- $${i + 1} = ${typeof v === 'string' ? `'${v}'` : v}`)].join('\n')

function limitsOf({ timeout, lockTimeout }: Step): string {
  const wait = lockTimeout > 0 ? `Gives up after waiting ${formatSeconds(lockTimeout / 1000)} for a lock` : ''
  const stop = timeout > 0 ? `stops after ${formatSeconds(timeout / 1000)}` : ''
  const both = [wait, stop].filter(Boolean).join(', ')
  return both ? `${both.charAt(0).toUpperCase()}${both.slice(1)}.` : ''
}

/** Why this plan may not be run as it stands; undefined where it may. */
export function obstacleOf(plan: Pick<Plan, 'preconditions'>): string | undefined {
  const unmet = plan.preconditions.filter((p) => !p.holds)
  if (unmet.length === 0) return undefined
  return `Not met: ${unmet.map((p) => p.name).join(', ')}`
}
