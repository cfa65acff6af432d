import { formatSeconds } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import { beforeEnding, nameSession, sessionSubject } from '../derived/_session.ts'
import blockingTree from '../derived/blocking-tree.ts'

export default defineRule({
  name: 'blocked-too-long',
  title: 'Blocked for long',
  doc: 'A session has waited for a lock so long that a user behind it has given up, and that the lock is unlikely to be let go soon.',
  remedy:
    'End the session at the head of the queue, which is named here, unless its work must not be lost or it belongs to a pooler or a service, which the finding then says. Set lock_timeout and idle_in_transaction_session_timeout, so that waits end by themselves.',
  needs: { tree: blockingTree },
  thresholds: { seconds: 60 },
  // What is blocked is already counted by blocked-sessions.
  deductions: {},
  check({ tree }, { seconds }) {
    const byRoot = Map.groupBy(
      tree.filter((s) => (s.waiting ?? 0) > seconds),
      (s) => s.root,
    )
    return [...byRoot].map(([pid, waiters]) => {
      const root = tree.find((s) => s.pid === pid)
      const longest = Math.max(...waiters.map((s) => s.waiting ?? 0))
      const name = nameSession(root ?? { pid, application: null, user: null })
      return {
        subject: sessionSubject(pid),
        severity: 'critical' as const,
        value: longest,
        unit: 'seconds' as const,
        summary: `${name} has kept a session waiting for ${formatSeconds(longest)}.${beforeEnding(root?.protected)}`,
        evidence: {
          pid,
          longest,
          waiters: waiters.length,
          state: root?.state ?? null,
          query: root?.query ?? null,
        },
      }
    })
  },
})
