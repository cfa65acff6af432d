import type { BackupState } from './backup.ts'
import type { MeasuredBloat } from './bloat.ts'
import type { Capabilities } from './server.ts'
import type { Row, Table } from './table.ts'

/** Two samples of one probe: what counters are differenced over. */
export interface Pair<R> {
  readonly now: readonly R[]
  readonly before: readonly R[]
  /** Time between the two on the server's clock. */
  readonly seconds: number
}

export interface PairOf<T extends Table> {
  readonly pair: T
}
export interface MaybeOf<T extends Table> {
  readonly maybe: T
}

/** Asks for this and the previous sample. The answer is `pending` until there are two without a restart between. */
export const pair = <T extends Table>(table: T): PairOf<T> => ({ pair: table })
/** Asks for a table that one can do without: undefined where it can't be read. */
export const maybe = <T extends Table>(table: T): MaybeOf<T> => ({ maybe: table })

export type Needs = Readonly<Record<string, Table | PairOf<Table> | MaybeOf<Table>>>

/** What a derivation, rule or advice is given for its needs. */
export type Given<N extends Needs> = {
  readonly [K in keyof N]: N[K] extends PairOf<infer T>
    ? Pair<Row<T>>
    : N[K] extends MaybeOf<infer T>
      ? readonly Row<T>[] | undefined
      : N[K] extends Table
        ? readonly Row<N[K]>[]
        : never
}

/** Limits that configuration sets and the server can't tell. */
export interface Limits {
  /** Bytes that the database may take, or null where there is no limit. */
  readonly storage: number | null
  /** A statement with a mean above this many seconds is slow. */
  readonly slowQuery: number
  /** Tables named as `schema.table` or `table` that matter most. */
  readonly criticalTables: readonly string[]
}

/** How a watched standby uses this database's indexes: physical standbys have the same oids. */
export interface StandbyUse {
  readonly target: string
  /** When its counters began, epoch milliseconds; null where it does not tell. */
  readonly since: number | null
  /** Scans by the oid of the index. */
  readonly scans: ReadonlyMap<number, number>
}

/** What every pure function over facts is told besides the facts. */
export interface Context {
  /** Now on the server's clock, epoch milliseconds. */
  readonly at: number
  readonly server: Capabilities
  readonly limits: Limits
  /** What pgtend's own records say of backups; undefined where it makes none. */
  readonly backups?: BackupState
  /** Bloat that was measured, newest of each table and index; undefined where no records are kept. */
  readonly measured?: readonly MeasuredBloat[]
  /** Other watched targets of the same cluster, and how often each index was scanned there. */
  readonly standbys?: readonly StandbyUse[]
}
