import { formatSeconds, plural } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import pools from '../probes/pools.ts'
import { above } from './_grade.ts'

export default defineRule({
  name: 'pool-waiting',
  title: 'Clients wait for the pooler',
  doc: 'Clients of the pooler have sent a query and wait because all server connections of their pool are taken. To the application it looks like a slow database.',
  remedy:
    'Look for what keeps the connections: long transactions and sessions idle in a transaction. Only then raise default_pool_size of the pooler, within what max_connections allows.',
  needs: { pools },
  thresholds: { warning: 1, critical: 5 },
  deductions: { warning: 5, critical: 15 },
  check({ pools }, thresholds) {
    return pools.flatMap((p) => {
      const severity = p.cl_waiting > 0 ? above(p.maxwait, thresholds) : undefined
      if (!severity) return []
      return [
        {
          subject: `pool ${p.database}/${p.user}`,
          severity,
          value: p.maxwait,
          unit: 'seconds' as const,
          summary: `${plural(p.cl_waiting, 'client')} of the pool ${p.database}/${p.user} ${p.cl_waiting === 1 ? 'waits' : 'wait'} for a connection, the first for ${formatSeconds(p.maxwait)}; ${p.sv_active} ${p.sv_active === 1 ? 'is' : 'are'} taken, ${p.sv_idle} free.`,
          evidence: {
            waiting: p.cl_waiting,
            longest: p.maxwait,
            clients: p.cl_active,
            taken: p.sv_active,
            free: p.sv_idle,
            mode: p.pool_mode,
          },
        },
      ]
    })
  },
})
