import { detail, gauge } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { fail } from '../core/outcome.ts'
import { settingFix } from '../core/setting-override.ts'
import activity from '../probes/activity.ts'

/**
 * Whether sessions tell what they do. Where track_activities is off they are all in the state `disabled`, without a
 * transaction or a statement: what is judged by that needs this table, and is unknown with it.
 */
export default defineDerived({
  name: 'activity-tracking',
  title: 'Sessions that hide what they do',
  doc: 'How many client sessions do not tell their state, because track_activities is off for them. Not known where it is off for the whole server: then none tells.',
  rows: 'one',
  from: { activity },
  columns: {
    hidden: gauge('count', 'Client sessions that do not tell what they do'),
    users: detail('Their roles'),
  },
  compute({ activity }, { server }) {
    if (server.settings.track_activities === 'off')
      return fail(
        'missing',
        'track_activities is off: sessions do not tell what they do',
        settingFix(server.overrides, 'track_activities', 'on'),
      )
    const hidden = activity.filter((a) => a.state === 'disabled')
    const users = [...new Set(hidden.map((a) => a.user ?? 'unknown'))].sort()
    return [{ hidden: hidden.length, users: users.join(', ') }]
  },
})
