import type { DatabaseSync } from 'node:sqlite'
import { BROAD, COARSE, floorTo, RAW_KEPT, ROLLED_KEPT, WIDTH, WIDTHS } from './rollup.ts'
import { transaction } from './transaction.ts'

export interface Maintained {
  /** Roll-up rows written. */
  readonly rolled: number
  /** Raw points, roll-ups and resolved findings deleted. */
  readonly dropped: number
}

/** How much of a target's time one transaction works on, ms: some tens of milliseconds at 200 series. */
const SLICE = 3 * WIDTH
const SERIES_AT_ONCE = 100
const DAY = 86_400_000
const NOTHING: Maintained = { rolled: 0, dropped: 0 }

/**
 * Folds raw points into roll-ups, then drops what is past its retention, in small transactions with a `yield` after
 * each, so that appends come in between. May be stopped anywhere and run by several processes at once: each
 * transaction reads how far the work has come and moves that mark itself.
 */
export function* maintenance(db: DatabaseSync, now: number): Generator<Maintained> {
  const targets = db.prepare('select id from target order by id').all() as { id: number }[]
  const steps = [prepareRollUp(db, now), prepareDropRaw(db, now), prepareDropRolled(db, now)]
  for (const { id } of targets) {
    for (const step of steps) {
      for (let done = step(id); done; done = step(id)) yield done
    }
  }
  const resolved = db.prepare('delete from finding where resolved_at < ?')
  yield { ...NOTHING, dropped: Number(resolved.run(now - ROLLED_KEPT).changes) }
}

/** Does a bit of the work for a target; undefined when nothing is left. */
type Step = (target: number) => Maintained | undefined

interface Extent {
  readonly rolled_to: number
  readonly oldest: number | null
  readonly newest: number | null
}

function prepareExtent(db: DatabaseSync): (target: number) => Extent {
  const extent = db.prepare(`
    select rolled_to,
      (select min(at) from point where point.target = target.id) as oldest,
      (select max(at) from point where point.target = target.id) as newest
    from target where id = ?`)
  return (target) => extent.get(target) as unknown as Extent
}

function prepareRollUp(db: DatabaseSync, now: number): Step {
  const extentOf = prepareExtent(db)
  const nextPoint = db.prepare('select min(at) as at from point where target = ? and at >= ?')
  const roll = db.prepare(`
    insert or replace into rollup (series, width, bucket, n, sum, max)
    select series, ${WIDTH}, at - at % ${WIDTH}, count(*), sum(value), max(value)
    from point where target = ? and at >= ? and at < ? group by 1, 3`)
  const folds = [
    [WIDTH, COARSE],
    [COARSE, BROAD],
  ].map(([fine, wide]) => ({
    wide: wide as number,
    fold: db.prepare(`
      insert or replace into rollup (series, width, bucket, n, sum, max)
      select series, ${wide}, bucket - bucket % ${wide}, sum(n), sum(sum), max(max)
      from rollup where series in (select id from series where target = ?)
        and width = ${fine} and bucket >= ? and bucket < ? group by 1, 3`),
  }))
  const mark = db.prepare('update target set rolled_to = ? where id = ?')
  return (target) =>
    transaction(db, 'immediate', () => {
      const { rolled_to, newest } = extentOf(target)
      const next = nextPoint.get(target, rolled_to) as { at: number | null }
      if (newest === null || next.at === null) return undefined
      const from = floorTo(next.at, WIDTH)
      const to = Math.min(from + SLICE, completeUntil(newest, now))
      if (from >= to) return undefined
      const rolled = Number(roll.run(target, from, to).changes)
      // Wider buckets that are whole now. Several where samples are missing in between.
      for (const { wide, fold } of folds) {
        const whole = [floorTo(rolled_to, wide), floorTo(to, wide)] as const
        if (whole[0] < whole[1]) fold.run(target, ...whole)
      }
      mark.run(to, target)
      return { ...NOTHING, rolled }
    })
}

/** A bucket is complete once a later one has begun, by the watched server's clock, or when the target is long gone. */
const completeUntil = (newest: number, now: number): number =>
  newest < now - RAW_KEPT ? floorTo(newest, WIDTH) + WIDTH : floorTo(newest, WIDTH)

function prepareDropRaw(db: DatabaseSync, now: number): Step {
  const extentOf = prepareExtent(db)
  const drop = db.prepare('delete from point where target = ? and at < ?')
  const mark = db.prepare('update target set raw_from = max(raw_from, ?) where id = ?')
  return (target) =>
    transaction(db, 'immediate', () => {
      const { rolled_to, oldest, newest } = extentOf(target)
      if (oldest === null || newest === null) return undefined
      // By the clock of the watched server where that is behind ours; what isn't rolled up yet stays in any case.
      const keep = Math.max(Math.min(now, newest) - RAW_KEPT, now - ROLLED_KEPT)
      const to = Math.min(floorTo(oldest, WIDTH) + SLICE, rolled_to, floorTo(keep, WIDTH))
      if (oldest >= to) return undefined
      const dropped = Number(drop.run(target, to).changes)
      mark.run(to, target)
      return { ...NOTHING, dropped }
    })
}

/** By whole days: roll-ups lie by series, and dropping one of each series every time would write all pages. */
function prepareDropRolled(db: DatabaseSync, now: number): Step {
  const before = floorTo(now - ROLLED_KEPT, DAY)
  const due = db.prepare(`
    select id from series where target = ?
      and exists (select 1 from rollup where rollup.series = series.id and width in (${WIDTHS}) and bucket < ?) limit ?`)
  const drop = db.prepare(`delete from rollup where series = ? and width in (${WIDTHS}) and bucket < ?`)
  const dropSeries = db.prepare(`
    delete from series where target = ?1
      and not exists (select 1 from rollup where rollup.series = series.id)
      and id not in (
        select series from point
        where target = ?1 and at >= (select rolled_to from target where id = ?1)
      )`)
  const forget = db.prepare('update target set series_epoch = series_epoch + 1 where id = ?')
  return (target) =>
    transaction(db, 'immediate', () => {
      const series = due.all(target, before, SERIES_AT_ONCE) as { id: number }[]
      if (series.length === 0) return undefined
      let dropped = 0
      for (const { id } of series) dropped += Number(drop.run(id, before).changes)
      if (dropSeries.run(target).changes) forget.run(target)
      return { ...NOTHING, dropped }
    })
}
