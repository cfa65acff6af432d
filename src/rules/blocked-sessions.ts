import { plural } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import blockingTree from '../derived/blocking-tree.ts'
import { endOf, evidenceOf, nameBlocker, stateOf } from './_blocker.ts'

export default defineRule({
  name: 'blocked-sessions',
  title: 'Sessions block others',
  doc: 'Sessions wait for a lock that another one holds. They go on only when its transaction ends; those that come later queue up behind them. One finding for each session, or prepared transaction, at the head of a queue.',
  remedy:
    'Look at what is at the head. A session that is idle in a transaction: its application forgot to commit; end it, unless it belongs to a pooler or a service, which the finding then says. A prepared transaction: no session to end; COMMIT PREPARED or ROLLBACK PREPARED with its name, in its database, as its owner or a superuser. An autovacuum to prevent wraparound, a walsender, a worker of logical replication: never end it; let it finish, or cancel what waits (mostly an ALTER TABLE, to be run again later with a lock_timeout). A lower autovacuum_vacuum_cost_delay makes autovacuum faster, from PostgreSQL 16 on also one that is at work. Any other autovacuum gives way by itself. Keep transactions short and take locks in the same order everywhere.',
  needs: { tree: blockingTree },
  thresholds: { warning: 0, critical: 5 },
  deductions: { warning: 15, critical: 25 },
  check({ tree }, { warning, critical }) {
    const waiting = tree.filter((s) => s.waiting !== null).length
    if (waiting <= warning) return []
    return tree
      .filter((s) => s.is_root)
      .map((root) => ({
        subject: root.subject,
        severity: waiting > critical ? ('critical' as const) : ('warning' as const),
        value: root.blocked,
        unit: 'count' as const,
        summary: `${nameBlocker(root)} blocks ${plural(root.blocked, 'session')}${stateOf(root)}.${endOf(root)}`,
        evidence: {
          ...evidenceOf(root),
          blocked: root.blocked,
          waiting,
          relation: tree.find((s) => s.root === root.subject && s.relation !== null)?.relation ?? null,
        },
      }))
  },
})
