import { gauge, label } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import activity from '../probes/activity.ts'
import activityTracking from './activity-tracking.ts'

export default defineDerived({
  name: 'wait-events',
  title: 'What sessions wait for',
  doc: 'Sessions that run a statement now, by what they wait for. Those that wait for nothing are counted as CPU: they compute, or wait for a processor. Many looks together tell where the time goes.',
  rows: 'many',
  from: { activity, tracking: activityTracking },
  columns: {
    type: label('CPU, or the kind of thing waited for: Lock, LWLock, IO, IPC, Client, …'),
    event: label('What it is exactly, as PostgreSQL names it; running for CPU'),
    sessions: gauge('count', 'Sessions in it now'),
  },
  history: ['sessions'],
  compute({ activity }) {
    const active = activity.filter((a) => a.state === 'active')
    const groups = Map.groupBy(active, (a) => JSON.stringify([a.wait_event_type, a.wait_event]))
    return [...groups.values()]
      .map((same) => ({
        type: same[0]?.wait_event_type ?? 'CPU',
        event: same[0]?.wait_event ?? 'running',
        sessions: same.length,
      }))
      .sort((a, b) => b.sessions - a.sessions || (a.event < b.event ? -1 : 1))
  },
})
