import type { Derived } from '../core/derived.ts'
import type { Evaluation, Sample } from '../core/evaluate.ts'
import type { Needs } from '../core/given.ts'
import type { Outcome } from '../core/outcome.ts'
import type { Point } from '../core/store.ts'
import type { Table } from '../core/table.ts'

type AnyRow = Readonly<Record<string, unknown>>

/** The tables that a derivation needs, probes and derived ones alike, by name. */
export function namesOf(needs: Needs): string[] {
  return Object.values(needs).map((need) =>
    'pair' in need ? need.pair.name : 'maybe' in need ? need.maybe.name : need.name,
  )
}

/** The names of everything that was renewed by reading `probes`: themselves and what is derived from them. */
export function renewedBy(probes: ReadonlySet<string>, derived: readonly Derived[]): ReadonlySet<string> {
  const renewed = new Set(probes)
  for (let before = -1; before !== renewed.size; ) {
    before = renewed.size
    for (const d of derived) {
      const from = namesOf(d.from)
      // What is made of no table at all is made of the context, which is new each time.
      if (from.length === 0 || from.some((name) => renewed.has(name))) renewed.add(d.name)
    }
  }
  return renewed
}

/** The values that a cycle adds to the history: the `history` columns of the tables that it renewed. */
export function pointsOf(
  target: string,
  at: number,
  tables: readonly Table[],
  renewed: ReadonlySet<string>,
  evaluation: Evaluation,
  previous: (table: string) => Sample['before'],
): Point[] {
  const points: Point[] = []
  for (const table of tables) {
    if (!table.history || !renewed.has(table.name)) continue
    const outcome = evaluation.tables.get(table.name)
    if (!outcome?.ok) continue
    const value = valueReader(table, outcome, at, previous(table.name))
    for (const row of outcome.rows) {
      const labels = labelsOf(table, row)
      for (const column of table.history) {
        const number = value(row, labels, column)
        if (number !== null)
          points.push({ target, metric: `${table.name}.${column}`, labels, at, value: number })
      }
    }
  }
  return points
}

/** The label columns' values as the JSON array that identifies a series. */
function labelsOf(table: Table, row: AnyRow): string {
  const values = Object.entries(table.columns)
    .filter(([, column]) => column.kind === 'label')
    .map(([name]) => row[name])
  return JSON.stringify(values)
}

/** Gauges as they are; counters as the difference per second, null across a gap or a reset. */
function valueReader(
  table: Table,
  outcome: Outcome,
  at: number,
  before: Sample['before'],
): (row: AnyRow, labels: string, column: string) => number | null {
  const counters = table.history?.some((name) => table.columns[name]?.kind === 'counter') ?? false
  const seconds = before ? (at - before.at) / 1000 : 0
  const earlier = new Map<string, AnyRow>()
  if (counters && before && outcome.ok) for (const row of before.rows) earlier.set(labelsOf(table, row), row)
  return (row, labels, column) => {
    const value = Number(row[column] ?? Number.NaN)
    if (!Number.isFinite(value)) return null
    if (table.columns[column]?.kind !== 'counter') return value
    const last = Number(earlier.get(labels)?.[column] ?? Number.NaN)
    if (!Number.isFinite(last) || seconds <= 0 || value < last) return null
    return (value - last) / seconds
  }
}
