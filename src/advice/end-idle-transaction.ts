import { defineAdvice } from '../core/advice.ts'
import { formatSeconds, plural } from '../core/format.ts'
import { maybe } from '../core/given.ts'
import { redactLiterals } from '../core/redact.ts'
import { nameSession, whySpared } from '../derived/_session.ts'
import blockingTree from '../derived/blocking-tree.ts'
import activity from '../probes/activity.ts'

/** Process ids are used again: the session must also have begun when ours did. Epoch milliseconds. */
const terminate = (pid: number, start: number): string =>
  `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ${pid} AND abs(extract(epoch FROM backend_start) - ${(start / 1000).toFixed(3)}) < 0.01;`

export default defineAdvice({
  name: 'end-idle-transaction',
  title: 'End a session that idles in a transaction',
  doc: 'The session holds locks and keeps VACUUM from its work while it does nothing. Cancelling a statement does not help: there is none. Only ending the session does; that of a pooler, of the API or of a platform’s own service is only named.',
  needs: { activity, tree: maybe(blockingTree) },
  thresholds: { seconds: 60 },
  recommend({ activity, tree = [] }, { seconds }) {
    return activity.flatMap((s) => {
      const idle = s.state_age ?? 0
      if (!s.state?.startsWith('idle in transaction') || idle <= seconds) return []
      const blocked = tree.find((t) => t.pid === s.pid)?.blocked ?? 0
      const spared = whySpared(s)
      const idles =
        blocked > 0
          ? 'Others wait for it and it does nothing.'
          : 'It does nothing, but nobody waits for it yet; its application may still go on.'
      return [
        {
          subject: `pid ${s.pid}`,
          summary: `${nameSession(s)} has been idle in a transaction for ${formatSeconds(idle)}${blocked > 0 ? ` and blocks ${plural(blocked, 'session')}` : ''}.`,
          evidence: {
            pid: s.pid,
            application: s.application,
            user: s.user,
            idle,
            locks: s.locks,
            blocked,
            xmin_age: s.xmin_age,
            last_statement: s.query === null ? null : redactLiterals(s.query),
          },
          gain:
            blocked > 0
              ? `${plural(blocked, 'session')} can go on`
              : 'Its locks are let go and VACUUM can do its work',
          risk: 'What the transaction has changed is rolled back, and the application sees its connection break.',
          confidence: blocked > 0 ? ('high' as const) : ('medium' as const),
          because:
            spared === undefined
              ? idles
              : `${idles} pgtend does not end it: ${spared}. Look there for why it does not commit.`,
          ...(spared === undefined && {
            sql: [terminate(s.pid, s.backend_start)],
            action: {
              name: 'terminate-backend',
              input: { pid: s.pid, backend_start: new Date(s.backend_start).toISOString() },
            },
          }),
        },
      ]
    })
  },
})
