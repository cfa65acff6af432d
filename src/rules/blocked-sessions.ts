import { plural } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import blockingTree from '../derived/blocking-tree.ts'
import { endOf, evidenceOf, nameBlocker, stateOf } from './_blocker.ts'

export default defineRule({
  name: 'blocked-sessions',
  title: 'Sessions block others',
  doc: 'Sessions wait for a lock that another one holds. They go on only when its transaction ends; those that come later queue up behind them. One finding for each session, or prepared transaction, at the head of a queue.',
  remedy:
    'Look at what is at the head: the finding says what it is, and where it is not to be ended. A session that is idle in a transaction: its application forgot to commit; end it. A prepared transaction: COMMIT PREPARED or ROLLBACK PREPARED with its name. What is not to be ended: let it finish, or cancel what waits for it, mostly an ALTER TABLE, and run that again later with a lock_timeout. Keep transactions short and take locks in the same order everywhere.',
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
