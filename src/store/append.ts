import type { DatabaseSync } from 'node:sqlite'
import { AppError } from '../core/errors.ts'
import type { Batch, Point } from '../core/store.ts'
import { isRefusal } from './failure.ts'
import { createFindingsWriter } from './findings.ts'
import { createMendingsWriter } from './mendings.ts'
import { floorTo, WIDTH, WIDTHS } from './rollup.ts'
import { transaction } from './transaction.ts'

interface TargetRow {
  readonly id: number
  readonly rolled_to: number
  readonly raw_from: number
  readonly series_epoch: number
}

/**
 * Writes batches in one transaction. The answer has one entry for each: null when it was kept, else why it was not.
 * Throws when none was kept. SQL is written by hand and prepared once: this is the hot path.
 */
export function createAppender(db: DatabaseSync): (batches: readonly Batch[]) => (Error | null)[] {
  const addTarget = db.prepare('insert into target (name) values (?) on conflict do nothing')
  const findTarget = db.prepare('select id, rolled_to, raw_from, series_epoch from target where name = ?')
  const rollAgain = db.prepare('update target set rolled_to = ? where id = ?')
  const addPoint = db.prepare(
    'insert into point values (?, ?, ?, ?) on conflict do update set value = excluded.value',
  )
  const addRolled = db.prepare(
    `insert into rollup values (?, ?, ?, 1, ?, ?)
     on conflict do update set n = n + 1, sum = sum + excluded.sum, max = max(max, excluded.max)`,
  )
  const writeFindings = createFindingsWriter(db)
  const writeMendings = createMendingsWriter(db)
  const seriesIds = createSeriesIds(db)

  const targetOf = (name: string): TargetRow => {
    const text = name.toWellFormed()
    const known = findTarget.get(text)
    if (known) return known as unknown as TargetRow
    addTarget.run(text)
    return findTarget.get(text) as unknown as TargetRow
  }

  const writePoints = (target: TargetRow, points: readonly Point[]): void => {
    let earliest = Number.POSITIVE_INFINITY
    for (const point of points) {
      if (!Number.isFinite(point.value)) continue
      const at = timeOf(point.at)
      const series = seriesIds.of(target, point.metric, point.labels)
      if (at < target.raw_from) {
        // Its bucket's raw points are gone, so it can't be computed again, only added to.
        for (const width of WIDTHS) {
          addRolled.run(series, width, floorTo(at, width), point.value, point.value)
        }
        continue
      }
      addPoint.run(target.id, at, series, point.value)
      if (at < earliest) earliest = at
    }
    // A late point: its bucket has been rolled up without it. The next maintenance does it again from there.
    if (earliest < target.rolled_to)
      rollAgain.run(Math.max(target.raw_from, floorTo(earliest, WIDTH)), target.id)
  }

  const write = (batch: Batch): void => {
    const at = timeOf(batch.at)
    const target = targetOf(batch.target)
    for (const [name, points] of Map.groupBy(batch.points, (point) => point.target)) {
      writePoints(name === batch.target ? target : targetOf(name), points)
    }
    if (batch.health) writePoints(targetOf(batch.target), healthPoints(batch, batch.health, at))
    if (batch.findings) writeFindings(target.id, at, batch.findings, new Set(batch.blind))
    writeMendings(target.id, batch)
  }

  const tryWrite = (batch: Batch): Error | null => {
    db.exec('savepoint batch')
    try {
      write(batch)
      db.exec('release batch')
      return null
    } catch (error) {
      if (!db.isTransaction || !isRefusal(error)) throw error
      db.exec('rollback to batch; release batch')
      seriesIds.forget()
      return error instanceof Error ? error : new Error(String(error))
    }
  }

  return (batches) => {
    try {
      return transaction(db, 'immediate', () => batches.map(tryWrite))
    } catch (error) {
      seriesIds.forget()
      throw error
    }
  }
}

/** Whole epoch milliseconds; server clocks have fractions. */
function timeOf(at: number): number {
  const whole = Math.floor(at)
  if (Number.isSafeInteger(whole) && whole >= 0) return whole
  throw new AppError('internal', `${at} is not a time`)
}

const healthPoints = (batch: Batch, health: NonNullable<Batch['health']>, at: number): Point[] =>
  (['score', 'coverage'] as const).map((name) => ({
    target: batch.target,
    metric: `health.${name}`,
    labels: '[]',
    at,
    value: health[name],
  }))

/** Finds or makes the ids of series and remembers them, until another process has removed series. */
function createSeriesIds(db: DatabaseSync) {
  const find = db.prepare('select id from series where target = ? and metric = ? and labels = ?')
  const add = db.prepare('insert into series (target, metric, labels) values (?, ?, ?) returning id')
  const known = new Map<number, { epoch: number; ids: Map<string, number> }>()
  return {
    of(target: TargetRow, metric: string, labels: string): number {
      let own = known.get(target.id)
      if (own?.epoch !== target.series_epoch) {
        own = { epoch: target.series_epoch, ids: new Map() }
        known.set(target.id, own)
      }
      const key = `${metric}\n${labels}`
      const remembered = own.ids.get(key)
      if (remembered !== undefined) return remembered
      if (!Array.isArray(JSON.parse(labels))) throw new AppError('internal', `${labels} are not labels`)
      const name = [target.id, metric.toWellFormed(), labels.toWellFormed()] as const
      const { id } = (find.get(...name) ?? add.get(...name)) as { id: number }
      own.ids.set(key, id)
      return id
    },
    forget: () => known.clear(),
  }
}
