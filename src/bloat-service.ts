import type { ActionSession } from './core/action-session.ts'
import type { Bloats, MeasuredBloat } from './core/bloat.ts'
import type { Ledger } from './core/ledger.ts'
import { type MeasureOptions, measureBloat } from './maintenance/bloat.ts'

/** Measures bloat on request, and keeps what was measured. */
export interface BloatService {
  /** Reads pages of the database, one request at a time for each target. Throws AppError where it can't be reached. */
  measure(target: string, options: MeasureOptions): Promise<Bloats>
  /** The newest measurement of each table and index: for `createMonitor({ measured })`. */
  state(target: string): readonly MeasuredBloat[]
  /** Reads what was measured before. */
  start(): Promise<void>
}

export interface BloatServiceOptions {
  readonly ledger: Ledger
  readonly targets: readonly string[]
  /** A session that may read for long; not through a transaction pooler. */
  readonly open: (target: string) => Promise<ActionSession>
}

const keyOf = ({ schema, table, index }: MeasuredBloat): string => JSON.stringify([schema, index ?? table])

/** Measurements over a ledger: they outlive a restart, and other processes see them after their next start. */
export function createBloatService({ ledger, targets, open }: BloatServiceOptions): BloatService {
  const known = new Map<string, Map<string, MeasuredBloat>>()
  const queues = new Map<string, Promise<unknown>>()
  const remember = (target: string, row: MeasuredBloat): void => {
    const rows = known.get(target) ?? new Map<string, MeasuredBloat>()
    const earlier = rows.get(keyOf(row))
    if (!earlier || earlier.at <= row.at) rows.set(keyOf(row), row)
    known.set(target, rows)
  }
  const keep = async (target: string, row: MeasuredBloat): Promise<void> => {
    const id = `${target} ${keyOf(row)}`
    const version = (await ledger.get<MeasuredBloat>('measurement', id))?.version ?? 0
    // Where somebody else was faster, his is as new.
    await ledger.write([{ kind: 'measurement', id, target, at: row.at, version, value: row }])
  }
  const measure = async (target: string, options: MeasureOptions): Promise<Bloats> => {
    const session = await open(target)
    try {
      const found = await measureBloat((work) => session.read(work), options)
      const at = Date.now()
      for (const row of found.rows) {
        remember(target, { ...row, at })
        await keep(target, { ...row, at })
      }
      return found
    } finally {
      await session.close()
    }
  }
  return {
    measure(target, options) {
      const turn = (queues.get(target) ?? Promise.resolve()).then(() => measure(target, options))
      queues.set(
        target,
        turn.catch(() => undefined),
      )
      return turn
    },
    state: (target) => [...(known.get(target)?.values() ?? [])],
    async start() {
      for (const target of targets)
        for (const { value } of await ledger.list<MeasuredBloat>('measurement', { target }))
          remember(target, value)
    },
  }
}
