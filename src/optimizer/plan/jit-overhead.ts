import { formatRatio, formatSeconds } from '../../core/format.ts'
import { definePlanRule } from '../plan-rule.ts'

/** Share of the execution that compiling takes, from which it can not have paid: it can save at most the rest. */
const SHARE = 0.3

export default definePlanRule({
  name: 'jit-overhead',
  title: 'JIT that costs more than it saves',
  severity: 'warning',
  doc: 'Compiling the statement took more than 30 % of its time. What it speeds up is expressions, hardly ever by as much again. Only where the statement was executed.',
  *check({ explained, nodes }) {
    const { jit, execution } = explained
    const [root] = nodes
    if (!jit || !execution || !root || jit.total < SHARE * execution) return
    yield {
      at: root,
      message: `${formatSeconds(jit.total / 1000)} of ${formatSeconds(execution / 1000)} (${formatRatio(jit.total / execution)}) went into compiling ${jit.functions} functions`,
      advice: 'SET LOCAL jit = off for this statement, or a higher jit_above_cost',
      evidence: { functions: jit.functions, milliseconds: jit.total, execution },
    }
  },
})
