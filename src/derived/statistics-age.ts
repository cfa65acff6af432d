import { detail, gauge, time } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { fail } from '../core/outcome.ts'
import statisticsResets from '../probes/statistics-resets.ts'

export default defineDerived({
  name: 'statistics-age',
  title: 'Age of the statistics',
  doc: 'Since when this database’s counters count. A crash empties them without moving the reset time of the database, so the newest of all resets counts.',
  rows: 'one',
  from: { resets: statisticsResets },
  columns: {
    since: time('When the counters began'),
    seconds: gauge('seconds', 'Time since then'),
    because: detail('Which reset was the newest'),
  },
  compute({ resets: [r] }, { at }) {
    const known = [
      { since: r?.database_reset ?? null, because: 'the statistics of the database were reset' },
      {
        since: r?.bgwriter_reset ?? null,
        because: 'the statistics of the server began anew: made, reset or lost in a crash',
      },
    ].flatMap(({ since, because }) => (since === null ? [] : [{ since, because }]))
    const newest = known.sort((a, b) => b.since - a.since)[0]
    if (!newest) return fail('failed', 'the server does not tell when its statistics began')
    return [{ ...newest, seconds: Math.max(0, (at - newest.since) / 1000) }]
  },
})
