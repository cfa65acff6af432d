import { detail, gauge, id, optional } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { redactLiterals } from '../core/redact.ts'
import activity from '../probes/activity.ts'
import activityTracking from './activity-tracking.ts'

export default defineDerived({
  name: 'running-queries',
  title: 'Running statements and open transactions',
  doc: 'Client sessions that are running a statement or hold a transaction open, the longest first. Literals are masked.',
  rows: 'many',
  from: { activity, tracking: activityTracking },
  columns: {
    pid: id('Process id of the session'),
    application: detail('Application name as the client gave it'),
    user: optional(detail('Role')),
    database: optional(detail('Database')),
    state: detail('State of the session'),
    seconds: gauge('seconds', 'Age of the running statement, or time spent in this state'),
    transaction_seconds: optional(gauge('seconds', 'Age of the transaction')),
    wait: optional(detail('What the running statement waits for')),
    query: optional(detail('The statement, or the last one of an idle transaction')),
  },
  compute({ activity }) {
    return activity
      .filter((a) => a.state !== null && a.state !== 'idle' && a.state !== 'disabled')
      .map((a) => ({
        pid: a.pid,
        application: a.application,
        user: a.user,
        database: a.database,
        state: a.state ?? 'unknown',
        seconds: a.query_age ?? a.state_age ?? 0,
        transaction_seconds: a.transaction_age,
        wait: a.state === 'active' && a.wait_event ? `${a.wait_event_type}: ${a.wait_event}` : null,
        query: a.query === null ? null : redactLiterals(a.query),
      }))
      .sort((a, b) => b.seconds - a.seconds || a.pid - b.pid)
  },
})
