import type { Columns } from './columns.ts'
import type { Declared, Table } from './table.ts'

/**
 * How often: tick 10 s, minute 60 s, sweep 15 min (configuration).
 * schema: with the minute, but only when the catalogs' own counters moved.
 * lookup: when `wants` asks for rows that are not known yet.
 */
export type Cadence = 'tick' | 'minute' | 'sweep' | 'schema' | 'lookup'

/** The least role that can read it in full. */
export type Need = 'any' | 'pg_monitor' | 'pg_read_all_data' | 'superuser'

export type Major = 14 | 15 | 16 | 17 | 18
export const MAJORS: readonly Major[] = [14, 15, 16, 17, 18]

/** Reads a table known so far by name: a probe's or a derived one's rows, or none. */
export type ReadRows = (table: string) => readonly Readonly<Record<string, unknown>>[]

export interface Lookup {
  /** The values to bind to `$1` as an array: keys that are wanted and not known yet. Empty: nothing to do. */
  readonly wants: (read: ReadRows) => readonly (string | number)[]
  /** The key of a fetched row; rows whose key isn't `live` any more are forgotten. */
  readonly key: (row: Readonly<Record<string, unknown>>) => string | number
  readonly live: (read: ReadRows) => ReadonlySet<string | number>
  /** Fetch again at each sweep, not only once. */
  readonly refresh?: boolean
}

export interface Probe<C extends Columns = Columns> extends Table<C> {
  /** instance: the same from every database of the server. database: about the one connected to. */
  readonly scope: 'instance' | 'database'
  readonly every: Cadence
  readonly needs: Need
  /** Where it makes sense. Elsewhere the outcome is `unsupported`. Default both. */
  readonly on?: 'primary' | 'standby'
  /** An extension it reads; its schema is on the search_path. */
  readonly extension?: string
  /** Asked of the pooler's admin console, in its own language, instead of the server. */
  readonly source?: 'pooler'
  /** SQL by the lowest major version it works on. Columns in the order of the spec. */
  readonly sql: Readonly<Partial<Record<Major, string>>>
  readonly lookup?: Lookup
  /**
   * May have tens of thousands of rows: they are kept as columns and each row is a view. Read its columns by name;
   * they are no own properties, so spreading or listing a row gives none of them.
   */
  readonly large?: true
}

/** Checks a probe's declaration at compile time; returns it unchanged. */
export const defineProbe = <const C extends Columns>(probe: Probe<C> & Declared<C>): Probe<C> => probe

/** The newest SQL that is not newer than the server. */
export function sqlFor(probe: Probe, major: number): string | undefined {
  const best = MAJORS.filter((m) => m <= major && probe.sql[m] !== undefined).at(-1)
  return best === undefined ? undefined : probe.sql[best]
}
