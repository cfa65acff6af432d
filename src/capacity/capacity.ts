import type { Capacity, CapacitySubject } from '../core/capacity.ts'
import { formatCount } from '../core/format.ts'
import type { Series, Store } from '../core/store.ts'
import { DAY, type Sample } from './sample.ts'
import { type Measured, subjectOf } from './subject.ts'

/** How far back the history goes; also what bounds the pairs of days that a slope is made of. */
const KEPT = 90 * DAY
const HALF_HOUR = DAY / 48
/** A table that was not seen for so long, while the database was, has been dropped. */
const GONE = 2 * DAY
/** PostgreSQL refuses transactions at 2^31 less the 3 million that it keeps (varsup.c). */
const XID_LIMIT = 2 ** 31 - 3_000_000
/** Default of autovacuum_freeze_max_age: before it nobody has asked autovacuum to bring the age down. */
const FREEZE_AGE = 200_000_000

const BYTES = { unit: 'bytes' } as const
const COUNT = { unit: 'count' } as const

export interface CapacityOptions {
  readonly target: string
  /** Of the database that is watched; what its size is told under. */
  readonly database: string
  /** Bytes that the database may take, or null where nothing says so. */
  readonly storageLimit: number | null
  /** Epoch milliseconds. */
  readonly now: number
}

/** How a target grows: its database, connections, transaction ids, and its largest tables, as far as the history says. */
export async function capacityOf(store: Pick<Store, 'range'>, options: CapacityOptions): Promise<Capacity> {
  const { target, database, storageLimit, now } = options
  const read = (metric: string, length: number, step: number): Promise<readonly Series[]> => {
    const to = (Math.floor(now / step) + 1) * step
    return store.range({ target, metric, from: Math.max(0, to - length), to, step })
  }
  const byDay = (metric: string) => read(metric, KEPT, DAY)
  const withNewest = async (metric: string): Promise<Labelled[]> => {
    const [days, latest] = await Promise.all([byDay(metric), read(metric, GONE, HALF_HOUR)])
    return joined(days, latest, now)
  }
  const [sizes, tables, ages, used, utilisation] = await Promise.all([
    withNewest('storage.database'),
    withNewest('table-sizes.total'),
    withNewest('databases.xid_age'),
    byDay('connections.used'),
    byDay('connections.utilisation'),
  ])
  const subjects: Measured[] = [
    ...sizes.map((s) => ({ ...s, ...BYTES, kind: 'database' as const, name: database, limit: storageLimit })),
    ...used.flatMap((s) => connections(s, utilisation[0], now)),
    ...ages.map((s) => ({ ...s, ...COUNT, kind: 'transaction-ids' as const, limit: XID_LIMIT })),
    ...living(tables, sizes).map((s) => ({ ...s, ...BYTES, kind: 'table' as const, limit: null })),
  ]
  return { at: now, subjects: subjects.map((s) => withoutFreezing(subjectOf(s, now))) }
}

type Labelled = Pick<Measured, 'name' | 'days' | 'newest'>

/** Each series by day, with its newest value: of the last half hour that has one, else of the last day. */
function joined(byDay: readonly Series[], latest: readonly Series[], now: number): Labelled[] {
  const nameOf = ({ labels }: Series): string => labels.join('.')
  const late = new Map(latest.map((s) => [nameOf(s), lastOf(s)]))
  return byDay.flatMap((s) => {
    const newest = late.get(nameOf(s)) ?? lastOf(s)
    return newest ? [{ name: nameOf(s), newest, days: daysOf(s, s.values, now) }] : []
  })
}

function lastOf({ at, values }: Series): Sample | undefined {
  const i = values.findLastIndex((value) => value !== null)
  return i < 0 ? undefined : { at: at[i] as number, value: values[i] as number }
}

/** A day's value at the middle of what it covers, which of today is less. */
const daysOf = ({ at }: Series, values: readonly (number | null)[], now: number): Sample[] =>
  values.flatMap((value, i) => {
    const start = at[i] as number
    return value === null ? [] : [{ at: (start + Math.min(start + DAY, now)) / 2, value }]
  })

/** Tables that were seen when the database was, largest first. */
function living(tables: readonly Labelled[], sizes: readonly Labelled[]): readonly Labelled[] {
  const seen = Math.max(0, ...sizes.map((s) => s.newest.at))
  return tables.filter((t) => t.newest.at >= seen - GONE).sort((a, b) => b.newest.value - a.newest.value)
}

/** Daily peaks: the limit bites at the busiest moment. Their number out of their utilisation says what is usable. */
function connections(used: Series, utilisation: Series | undefined, now: number): Measured[] {
  const days = daysOf(used, used.max, now)
  const newest = days.at(-1)
  if (!newest) return []
  const i = used.values.findLastIndex((value, at) => value && utilisation?.values[at])
  const limit = i < 0 ? null : Math.round((used.values[i] as number) / (utilisation?.values[i] as number))
  const name = 'connections'
  return [{ kind: name, name, ...COUNT, limit, days, newest, remark: 'Peaks of each day.' }]
}

/** The age of transaction ids grows only until autovacuum freezes: a date means something once that should have come. */
function withoutFreezing(subject: CapacitySubject): CapacitySubject {
  if (subject.kind !== 'transaction-ids' || subject.current > FREEZE_AGE) return subject
  const note = `Autovacuum brings the age down from ${formatCount(FREEZE_AGE)} on, unless told otherwise: no date.`
  return { ...subject, in3Months: null, in6Months: null, limitReached: null, note }
}
