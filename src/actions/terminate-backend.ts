import { defineAction } from '../core/action.ts'
import { BACKEND_INPUT, describeSession, findSession, maySignal, refOf, signal } from './_backend.ts'
import { readUntil } from './_poll.ts'
import { cannotPlan } from './_relation.ts'
import { SHORT } from './_timeouts.ts'

/** Compared in the statement that acts: a session that was taken up again meanwhile is let be. */
const STILL_IDLE = ` AND state = 'idle' AND state_change <= pg_catalog.clock_timestamp() - pg_catalog.make_interval(secs => $3::float8)`

export default defineAction({
  name: 'terminate-backend',
  title: 'End a session',
  doc: 'Ends the session: its open transaction is rolled back, its locks are let go, its slot is free, and its application sees the connection break. The only way to end a session that idles in a transaction. Protected sessions can not be planned.',
  needs: "the session's role, or pg_signal_backend; for a superuser's session a superuser",
  mends: [
    'idle-in-transaction',
    'long-transaction',
    'horizon-held-back',
    'blocked-sessions',
    'blocked-too-long',
  ],
  input: {
    ...BACKEND_INPUT,
    idle: {
      type: 'number',
      help: 'Only while it has been idle outside a transaction for this many seconds',
      optional: true,
    },
  },
  async plan(query, input) {
    const session = await findSession(query, input)
    const { idle } = input
    if (idle !== undefined && !(session.state === 'idle' && (session.state_age ?? 0) >= Number(idle)))
      throw cannotPlan(`${describeSession(session)}, is in use`)
    return {
      summary: `End ${describeSession(session)}`,
      risk: 'destructive',
      subjects: [`session ${session.pid} ${session.backend_start}`],
      steps: [
        {
          // Waits until it is gone, so that what comes next finds its locks free.
          sql: `${signal('pg_catalog.pg_terminate_backend(pid, 5000)')}${idle === undefined ? '' : STILL_IDLE}`,
          values: [session.pid, session.backend_start, ...(idle === undefined ? [] : [Number(idle)])],
          transactional: true,
          locks: 'None',
          timeout: SHORT,
          lockTimeout: SHORT,
        },
      ],
      preconditions: [maySignal(session)],
      effect: 'What its transaction has changed is rolled back. The application may connect again by itself.',
      hits: [refOf(session, 'it is the one to end')],
      before: { sessions: 1 },
    }
  },
  async verify(query, _, { hits = [] }) {
    const [hit] = hits
    const row = await readUntil(
      query,
      'SELECT count(*) AS sessions FROM pg_stat_activity WHERE pid = $1 AND backend_start = $2::timestamptz',
      [hit?.pid, hit?.backendStart],
      (r) => Number(r?.sessions) === 0,
    )
    const left = Number(row?.sessions)
    return left === 0
      ? { ok: true, detail: 'The session is gone', after: { sessions: 0 } }
      : { ok: false, detail: 'The session was signalled and is still there', after: { sessions: left } }
  },
})
