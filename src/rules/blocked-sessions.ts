import { plural } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import { beforeEnding, nameSession, sessionSubject } from '../derived/_session.ts'
import blockingTree from '../derived/blocking-tree.ts'

export default defineRule({
  name: 'blocked-sessions',
  title: 'Sessions block others',
  doc: 'Sessions wait for a lock that another one holds. They go on only when its transaction ends; those that come later queue up behind them. One finding for each session at the head of a queue.',
  remedy:
    'Look at what the session at the head is doing. If it is idle in a transaction, its application forgot to commit: end it, unless it belongs to a pooler or a service, which the finding then says. Keep transactions short and take locks in the same order everywhere.',
  needs: { tree: blockingTree },
  thresholds: { warning: 0, critical: 5 },
  deductions: { warning: 15, critical: 25 },
  check({ tree }, { warning, critical }) {
    const waiting = tree.filter((s) => s.waiting !== null).length
    if (waiting <= warning) return []
    return tree
      .filter((s) => s.is_root)
      .map((root) => ({
        subject: sessionSubject(root.pid),
        severity: waiting > critical ? ('critical' as const) : ('warning' as const),
        value: root.blocked,
        unit: 'count' as const,
        summary: `${nameSession(root)} blocks ${plural(root.blocked, 'session')}${root.state ? `; it is ${root.state}` : ''}.${beforeEnding(root.protected)}`,
        evidence: {
          pid: root.pid,
          blocked: root.blocked,
          waiting,
          state: root.state,
          relation: tree.find((s) => s.root === root.pid && s.relation !== null)?.relation ?? null,
          query: root.query,
        },
      }))
  },
})
