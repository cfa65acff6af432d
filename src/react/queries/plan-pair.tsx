import type { PlanNode } from '../api/query-types.ts'
import css from './plan-tree.module.css'
import { PlanTree } from './plan-tree.tsx'

export interface PlanPairProps {
  readonly before: PlanNode
  readonly after: PlanNode
  /** What changes between the two: `with the index`. */
  readonly by: string
}

/** Two plans beside each other; on a phone one below the other. */
export const PlanPair = ({ before, after, by }: PlanPairProps) => (
  <div className={css.pair}>
    <PlanTree title="Plan now" plan={before} />
    <PlanTree title={`Plan ${by}`} plan={after} />
  </div>
)
