/** Made-up facts for tests of pure functions: rows with defaults by their column spec, and a context. */
import type { Advice, Recommendation } from '../src/core/advice.ts'
import type { Column } from '../src/core/columns.ts'
import type { Derived } from '../src/core/derived.ts'
import type { Context, Given, Limits, Needs } from '../src/core/given.ts'
import type { Breach, Rule, Thresholds } from '../src/core/rule.ts'
import type { Capabilities } from '../src/core/server.ts'
import type { Row, Table } from '../src/core/table.ts'

const EMPTY: Record<Column['type'], unknown> = { text: '', number: 0, boolean: false, time: 0, list: [] }

/** A row of a table with these values; the others are null where they may be, else empty or 0. */
export function row<T extends Table>(table: T, values: Partial<Row<T>> = {}): Row<T> {
  const unknown = Object.keys(values).filter((name) => !(name in table.columns))
  if (unknown.length > 0) throw new Error(`${table.name} has no ${unknown.join(', ')}`)
  const defaults = Object.entries(table.columns).map(([name, c]) => [name, c.optional ? null : EMPTY[c.type]])
  return { ...Object.fromEntries(defaults), ...values } as Row<T>
}

export const AT = Date.UTC(2026, 2, 1)

export interface Circumstances extends Pick<Context, 'standbys' | 'measured'> {
  readonly server?: Partial<Capabilities>
  readonly limits?: Partial<Limits>
}

export function context({ server, limits, ...records }: Circumstances = {}): Context {
  return {
    ...records,
    at: AT,
    server: {
      version: 170_000,
      major: 17,
      database: 'app',
      user: 'pgtend',
      startedAt: AT - 1e9,
      systemIdentifier: '1',
      role: 'primary',
      superuser: false,
      grants: ['pg_monitor', 'pg_read_all_stats'],
      extensions: {},
      available: [],
      settings: { autovacuum: 'on', track_counts: 'on', block_size: '8192' },
      pooler: 'none',
      platform: 'self-hosted',
      ...server,
    },
    limits: { storage: null, slowQuery: 1, criticalTables: [], ...limits },
  }
}

/** What a rule says of these facts, with its default thresholds unless told otherwise. */
export const check = <N extends Needs, T extends Thresholds>(
  rule: Rule<N, T>,
  given: Given<N>,
  o: Circumstances & { readonly thresholds?: Partial<Record<keyof T, number>> } = {},
): readonly Breach[] => rule.check(given, { ...rule.thresholds, ...o.thresholds }, context(o))

/** What an advice says of these facts, with its default thresholds unless told otherwise. */
export const recommend = <N extends Needs, T extends Thresholds>(
  advice: Advice<N, T>,
  given: Given<N>,
  o: Circumstances & { readonly thresholds?: Partial<Record<keyof T, number>> } = {},
): readonly Recommendation[] => advice.recommend(given, { ...advice.thresholds, ...o.thresholds }, context(o))

/** The rows that a derivation makes of these facts. Throws where it says that they can't be known. */
export function derive<D extends Derived>(
  derived: D,
  given: Given<D['from']>,
  o: Circumstances = {},
): readonly Row<D>[] {
  const made = derived.compute(given as never, context(o))
  if ('ok' in made) throw new Error(`${derived.name}: ${made.reason} ${made.detail}`)
  return made as readonly Row<D>[]
}
