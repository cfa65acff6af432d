import { formatRatio } from '../core/format.ts'
import { maybe } from '../core/given.ts'
import { type Breach, defineRule } from '../core/rule.ts'
import connections from '../derived/connections.ts'
import databases from '../probes/databases.ts'
import { above } from './_grade.ts'

export default defineRule({
  name: 'connections-near-limit',
  title: 'Connections near the limit',
  doc: 'Once every usable slot is taken, new clients are refused and the application fails. Each session also costs memory.',
  remedy:
    'End sessions that nobody needs, let the application share fewer connections through a pool, and only then raise max_connections.',
  needs: { connections, databases: maybe(databases) },
  thresholds: { warning: 0.8, critical: 0.9 },
  deductions: { warning: 15, critical: 25 },
  check({ connections: [c], databases = [] }, thresholds) {
    const breaches: Breach[] = []
    const severity = c && above(c.utilisation, thresholds)
    if (c && severity) {
      breaches.push({
        subject: 'instance',
        severity,
        value: c.utilisation,
        unit: 'ratio',
        summary: `${c.used} of ${c.usable} usable connections are taken (${formatRatio(c.utilisation)}).`,
        evidence: {
          used: c.used,
          usable: c.usable,
          active: c.active,
          idle: c.idle,
          idle_in_transaction: c.idle_in_transaction,
        },
      })
    }
    for (const d of databases) {
      if (!d.current || !d.connection_limit) continue
      const used = d.backends / d.connection_limit
      const grade = above(used, thresholds)
      if (!grade) continue
      breaches.push({
        subject: `database ${d.database}`,
        severity: grade,
        value: used,
        unit: 'ratio',
        summary: `${d.backends} of the ${d.connection_limit} connections that the database ${d.database} allows are taken (${formatRatio(used)}).`,
        evidence: { used: d.backends, usable: d.connection_limit },
      })
    }
    return breaches
  },
})
