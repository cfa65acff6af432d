import { plural } from '../../core/format.ts'
import { definePlanRule } from '../plan-rule.ts'

export default definePlanRule({
  name: 'missing-workers',
  title: 'Fewer parallel workers than planned',
  severity: 'info',
  doc: 'The plan counts on workers that were not to be had, so it takes longer than was thought. Only where the statement was executed.',
  *check({ nodes }) {
    for (const at of nodes) {
      const { 'Workers Planned': planned = 0, 'Workers Launched': launched = planned } = at.node
      if (launched >= planned) continue
      yield {
        at,
        message: `${launched} of ${plural(planned, 'worker')} could be started`,
        advice:
          'Raise max_parallel_workers (and max_worker_processes), or let fewer statements run in parallel',
        evidence: { planned, launched },
      }
    }
  },
})
