import type { Evidence, Severity } from '../core/rule.ts'
import { planRules } from './plan/index.ts'
import { type Explained, nodeLabel, nodesOf } from './plan-node.ts'
import type { TableFacts } from './schema.ts'

export interface PlanFinding {
  readonly rule: string
  readonly title: string
  readonly severity: Severity
  /** `Seq Scan on orders`. */
  readonly node: string
  /** The way to the node from the root: which child at each step. */
  readonly path: readonly number[]
  readonly message: string
  readonly advice: string
  readonly evidence: Evidence
}

const WEIGHT: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, info: 2 }

/** What all rules find in a plan, the gravest first. `tables` helps with plans that were not executed. Pure. */
export function analysePlan(
  explained: Explained,
  tables: readonly TableFacts[] = [],
): readonly PlanFinding[] {
  const context = { explained, nodes: [...nodesOf(explained.plan)], tables }
  return planRules
    .flatMap((rule) =>
      [...rule.check(context)].map(({ at, message, advice, evidence }) => ({
        ...{ rule: rule.name, title: rule.title, severity: rule.severity },
        ...{ node: nodeLabel(at.node), path: at.path, message, advice, evidence },
      })),
    )
    .sort((a, b) => WEIGHT[a.severity] - WEIGHT[b.severity])
}
