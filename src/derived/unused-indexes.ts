import { detail, flag, gauge, id, label, optional, time } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { type Context, maybe } from '../core/given.ts'
import type { Row } from '../core/table.ts'
import replication from '../probes/replication.ts'
import { memoized } from './_names.ts'
import indexUsage from './index-usage.ts'
import statisticsAge from './statistics-age.ts'

export default defineDerived({
  name: 'unused-indexes',
  title: 'Indexes without a scan',
  doc: 'Valid indexes that no query has scanned since the statistics began, on this server or on a standby that pgtend watches too, and that nothing else needs. Names the standbys whose figures are not known. Says nothing of indexes younger than the statistics: PostgreSQL does not record when an index was made.',
  rows: 'many',
  from: { usage: indexUsage, age: statisticsAge, replication: maybe(replication) },
  columns: {
    oid: id('Oid of the index'),
    schema: label('Schema'),
    table: label('Table'),
    index: label('Index'),
    size: gauge('bytes', 'Size by its pages'),
    since: time('When the youngest of the statistics began'),
    seconds: gauge('seconds', 'Time since then'),
    expression: flag(
      'Whether it indexes an expression, whose statistics help the planner even without a scan',
    ),
    partitioned: flag('It is the index of a partitioned table, and stands for all its parts'),
    unwatched: optional(detail('Standbys that may use it and are not watched; null: there are none')),
  },
  compute({ usage, age: [age], replication = [] }, context) {
    if (!age) return []
    const { standbys = [] } = context
    const told = standbys.flatMap((s) => s.since ?? [])
    const since = Math.max(age.since, ...told)
    const unwatched = notWatched(replication, context)
    // Whether a standby is connected is read each tick, the indexes each minute: they are not gone through in between.
    const last = standbys.length === 0 ? lastOf(usage) : { rows: [], made: '' }
    const made = JSON.stringify([age.since, unwatched])
    if (last.made !== made) Object.assign(last, { rows: unused(usage, age, since, unwatched, context), made })
    return last.rows
  },
})

const lastOf = memoized((_: Usage): { rows: ReturnType<typeof unused>; made: string } => ({
  rows: [],
  made: '',
}))

type Usage = readonly Row<typeof indexUsage>[]

function unused(
  usage: Usage,
  age: Row<typeof statisticsAge>,
  since: number,
  unwatched: string | null,
  { standbys = [], at }: Context,
) {
  const seconds = Math.min(age.seconds, Math.max(0, at - since) / 1000)
  return usage
    .filter(
      (i) =>
        i.droppable &&
        i.valid &&
        i.scans === 0 &&
        (i.last_scan === null || i.last_scan < age.since) &&
        standbys.every((s) => (s.scans.get(i.oid) ?? 0) === 0),
    )
    .map((i) => ({
      oid: i.oid,
      schema: i.schema,
      table: i.table,
      index: i.index,
      size: i.size,
      since,
      seconds,
      expression: i.expression,
      partitioned: i.partitioned,
      unwatched,
    }))
    .sort((a, b) => b.size - a.size || a.oid - b.oid)
}

/**
 * Connected standbys without known figures. A target does not tell under which name it replicates, so they are counted:
 * where fewer are watched than are connected, all of them are named. A base backup is no standby.
 */
function notWatched(senders: readonly Row<typeof replication>[], { standbys = [] }: Context): string | null {
  const connected = senders.filter((r) => r.state !== 'backup')
  const counted = standbys.filter((s) => s.since !== null).length
  if (connected.length <= counted) return null
  return connected.map((r) => r.application || r.client || `pid ${r.pid}`).join(', ')
}
