import { formatSeconds } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import blockingTree from '../derived/blocking-tree.ts'
import { endOf, evidenceOf, nameBlocker, stateOf } from './_blocker.ts'

export default defineRule({
  name: 'blocked-too-long',
  title: 'Blocked for long',
  doc: 'A session has waited for a lock so long that a user behind it has given up, and that the lock is unlikely to be let go soon.',
  remedy:
    'End the session at the head of the queue, which is named here, unless its work must not be lost or it belongs to a pooler or a service, which the finding then says; a prepared transaction by ROLLBACK PREPARED with its name. Where it is an autovacuum to prevent wraparound, a walsender or another process of the server, cancel what waits for it instead, or let it finish. Set lock_timeout and idle_in_transaction_session_timeout, so that waits end by themselves.',
  needs: { tree: blockingTree },
  thresholds: { seconds: 60 },
  // What is blocked is already counted by blocked-sessions.
  deductions: {},
  check({ tree }, { seconds }) {
    const byRoot = Map.groupBy(
      tree.filter((s) => (s.waiting ?? 0) > seconds),
      (s) => s.root,
    )
    return tree
      .filter((s) => s.is_root)
      .flatMap((root) => {
        const waiters = byRoot.get(root.subject) ?? []
        if (waiters.length === 0) return []
        const longest = Math.max(...waiters.map((s) => s.waiting ?? 0))
        return [
          {
            subject: root.subject,
            severity: 'critical' as const,
            value: longest,
            unit: 'seconds' as const,
            summary: `${nameBlocker(root)} has kept a session waiting for ${formatSeconds(longest)}${stateOf(root)}.${endOf(root)}`,
            evidence: { ...evidenceOf(root), longest, waiters: waiters.length },
          },
        ]
      })
  },
})
