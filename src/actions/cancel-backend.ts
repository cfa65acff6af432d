import { defineAction } from '../core/action.ts'
import { shorten } from '../core/format.ts'
import { redactLiterals } from '../core/redact.ts'
import { BACKEND_INPUT, describeSession, findSession, maySignal, refOf, signal } from './_backend.ts'
import { readUntil } from './_poll.ts'
import { cannotPlan } from './_relation.ts'
import { SHORT } from './_timeouts.ts'

/** Only the statement that was seen: the session may be at another by now. */
const SAME = 'pid = $1 AND backend_start = $2::timestamptz AND query_start = $3::timestamptz'

export default defineAction({
  name: 'cancel-backend',
  title: 'Cancel a statement',
  doc: 'Cancels the statement that a session runs now; the session and its connection stay, and an open transaction must be rolled back by its application. Does nothing to a session that idles: terminate-backend is for that. Protected sessions can not be planned.',
  needs: "the session's role, or pg_signal_backend; for a superuser's session a superuser",
  mends: ['long-transaction', 'blocked-sessions', 'blocked-too-long'],
  input: BACKEND_INPUT,
  async plan(query, input) {
    const session = await findSession(query, input)
    if (session.state !== 'active' || session.query_start === null) {
      throw cannotPlan(
        `the session ${session.pid} runs no statement (it is ${session.state ?? 'of an unknown state'}); terminate-backend ends it`,
      )
    }
    const statement = shorten(redactLiterals(session.query ?? ''), 120)
    return {
      summary: `Cancel the statement of ${describeSession(session)}`,
      risk: 'destructive',
      subjects: [`session ${session.pid} ${session.backend_start}`],
      steps: [
        {
          sql: `${signal('pg_catalog.pg_cancel_backend(pid)')} AND query_start = $3::timestamptz AND state = 'active'`,
          values: [session.pid, session.backend_start, session.query_start],
          transactional: true,
          locks: 'None',
          timeout: SHORT,
          lockTimeout: SHORT,
        },
      ],
      preconditions: [maySignal(session)],
      effect: `The statement ends with an error: ${statement}`,
      hits: [refOf(session, 'its statement is the one to cancel')],
      before: { statements: 1 },
    }
  },
  async verify(query, _, { steps }) {
    const row = await readUntil(
      query,
      `SELECT count(*) AS statements FROM pg_stat_activity WHERE state = 'active' AND ${SAME}`,
      [...(steps[0]?.values ?? [])],
      (r) => Number(r?.statements) === 0,
    )
    const left = Number(row?.statements)
    return left === 0
      ? { ok: true, detail: 'The statement runs no more', after: { statements: 0 } }
      : {
          ok: false,
          detail: 'The statement was told to end and still runs; terminate-backend ends its session',
          after: { statements: left },
        }
  },
})
