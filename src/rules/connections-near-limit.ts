import { formatRatio } from '../core/format.ts'
import { maybe } from '../core/given.ts'
import { defineRule } from '../core/rule.ts'
import connectionLimits from '../derived/connection-limits.ts'
import connections from '../derived/connections.ts'
import { above } from './_grade.ts'

export default defineRule({
  name: 'connections-near-limit',
  title: 'Connections near the limit',
  doc: 'Once every usable slot is taken, new clients are refused and the application fails. Each session also costs memory. The limits of the connected database and of the roles that use it count like the server’s own.',
  remedy:
    'End sessions that nobody needs, let the application share fewer connections through a pool, and only then raise max_connections, or the CONNECTION LIMIT of the database or role.',
  needs: { limits: connectionLimits, connections: maybe(connections) },
  thresholds: { warning: 0.8, critical: 0.9 },
  deductions: { warning: 15, critical: 25 },
  check({ limits, connections }, thresholds) {
    const c = connections?.[0]
    return limits.flatMap((l) => {
      const severity = l.here ? above(l.utilisation, thresholds) : undefined
      if (!severity) return []
      const share = formatRatio(l.utilisation)
      const server = l.kind === 'server'
      return [
        {
          subject: l.subject,
          severity,
          value: l.utilisation,
          unit: 'ratio' as const,
          summary: server
            ? `${l.used} of ${l.limit} usable connections are taken (${share}).`
            : `${l.used} of the ${l.limit} connections that the ${l.subject} may have are taken (${share}).`,
          evidence: {
            used: l.used,
            usable: l.limit,
            ...(server && c
              ? { active: c.active, idle: c.idle, idle_in_transaction: c.idle_in_transaction }
              : {}),
          },
        },
      ]
    })
  },
})
