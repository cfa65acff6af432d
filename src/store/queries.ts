import type { DatabaseSync } from 'node:sqlite'
import {
  type CompiledQuery,
  DummyDriver,
  type Generated,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'

/** The tables of the migrations, as queries see them. Times are epoch milliseconds. */
export interface Schema {
  target: {
    id: Generated<number>
    name: string
    rolled_to: Generated<number>
    raw_from: Generated<number>
    series_epoch: Generated<number>
  }
  series: { id: Generated<number>; target: number; metric: string; labels: string }
  point: { target: number; at: number; series: number; value: number }
  rollup: { series: number; width: number; bucket: number; n: number; sum: number; max: number }
  finding: {
    id: Generated<number>
    target: number
    key: string
    rule: string
    subject: string
    severity: string
    title: string
    value: number
    unit: string
    summary: string
    evidence: string
    first_seen: number
    last_seen: number
    resolved_at: number | null
    fixed_by: string | null
    tried_by: string | null
    returned_after: string | null
  }
}

/** Builds and compiles queries; runs none: node:sqlite is synchronous, and `all` runs what was compiled. */
export const build = new Kysely<Schema>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
})

interface Compilable<R> {
  compile(): CompiledQuery<R>
}

export function all<R>(db: DatabaseSync, query: Compilable<R>): R[] {
  const { sql, parameters } = query.compile()
  return db.prepare(sql).all(...(parameters as (string | number | null)[])) as R[]
}

export const first = <R>(db: DatabaseSync, query: Compilable<R>): R | undefined => all(db, query)[0]
