import { plural } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import replicationStatus from '../derived/replication-status.ts'
import { parseSynchronousStandbys } from './_synchronous-standbys.ts'

export default defineRule({
  name: 'sync-standby-missing',
  title: 'Synchronous standby missing',
  doc: 'The setting synchronous_standby_names asks for more standbys than are connected. Every commit then waits, without end, for a standby that is not there; only sessions with synchronous_commit = local or off go on.',
  remedy:
    "Bring the standby back. To let commits through at once, take it out: ALTER SYSTEM SET synchronous_standby_names = ''; SELECT pg_reload_conf(); knowing that a failover may then lose the last commits.",
  needs: { replication: replicationStatus },
  thresholds: {},
  deductions: { critical: 25 },
  check({ replication }, _, { server }) {
    const wanted = parseSynchronousStandbys(server.settings.synchronous_standby_names ?? '')
    if (server.role === 'standby' || !wanted) return []
    const present = replication.filter(
      (r) => r.side === 'sender' && (r.sync === 'sync' || r.sync === 'quorum'),
    )
    if (present.length >= wanted.number) return []
    return [
      {
        subject: 'instance',
        severity: 'critical',
        value: wanted.number - present.length,
        unit: 'count',
        summary: `Commits wait for ${plural(wanted.number, 'synchronous standby', 'synchronous standbys')} of ${wanted.names.join(', ')}; ${present.length} ${present.length === 1 ? 'is' : 'are'} connected.`,
        evidence: {
          synchronous_standby_names: server.settings.synchronous_standby_names ?? null,
          wanted: wanted.number,
          connected: present.length,
        },
      },
    ]
  },
})
