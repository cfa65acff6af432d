import { AppError } from '../../core/errors.ts'
import type { ConnectionSpec } from '../../postgres/url.ts'
import type {
  DatabaseRow,
  ExtendedStatisticRow,
  RelationRow,
  RoleRow,
  Snapshot,
  StatisticRow,
} from '../snapshot.ts'
import { CATALOG, type CatalogQuery } from './catalog.ts'
import { LOCKED, ROLES, SCOPE, type TableName } from './scope.ts'
import { type CatalogSession, openCatalog, uncontended } from './session.ts'
import { ACCESS, EXTENDED_STATISTICS, STATISTICS, VISIBLE_STATISTICS } from './statistics.ts'

export interface CollectOptions {
  /** What the workload touches; what that depends on comes along. Default all. */
  readonly tables?: readonly TableName[] | 'all'
  /** Roles that statements will be planned as. */
  readonly roles?: readonly string[]
}

/** Somebody may just be about to finish. */
const ATTEMPTS = 3

/**
 * Reads what plans depend on, in about twenty catalogue SELECTs over one direct session: no user table, no transaction over
 * several statements, no wait for a lock over 300 ms each. Throws AppError as `connect` does, `needs-direct`, `cannot-plan`.
 */
export async function collect(spec: ConnectionSpec, options: CollectOptions = {}): Promise<Snapshot> {
  const session = await openCatalog(spec)
  try {
    return await read(session, options)
  } finally {
    await session.end()
  }
}

async function read(
  session: CatalogSession,
  { tables = 'all', roles = [] }: CollectOptions,
): Promise<Snapshot> {
  const { major } = session
  const names = tables === 'all' ? null : JSON.stringify(tables)
  const wanted = (await session.rows<{ oid: number }>(SCOPE, [names])).map((r) => r.oid)
  const oids = `{${wanted.join(',')}}`
  let locked: readonly number[] = []

  /** Asks again without what is locked by now; without everything when somebody is always faster. */
  const ask = async <T>(sql: string): Promise<T[]> => {
    const careful = await uncontended(ATTEMPTS, async () => {
      const now = (await session.rows<{ oid: number }>(LOCKED)).map((r) => r.oid)
      locked = [...new Set([...locked, ...now])]
      return session.rows<T>(sql, [oids, `{${locked.join(',')}}`])
    })
    if (careful) return careful
    locked = wanted
    return session.rows<T>(sql, [oids, oids])
  }
  const first = async <T>(sql: string): Promise<T[]> => {
    const rows = await uncontended(1, () => session.rows<T>(sql, [oids, `{${locked.join(',')}}`]))
    return rows ?? ask<T>(sql)
  }
  const get = <T>(query: CatalogQuery): Promise<T[]> =>
    query.scope === 'database' ? session.rows<T>(query.sql(major)) : first<T>(query.sql(major))

  locked = (await session.rows<{ oid: number }>(LOCKED)).map((r) => r.oid)
  const [database] = await get<DatabaseRow>(CATALOG.database)
  if (!database) throw new AppError('cannot-plan', 'the database is not in pg_database')
  const [access] = await session.rows<{ columns: boolean; extended: boolean }>(ACCESS)
  const read = {
    platform: session.platform,
    database,
    settings: await get<Snapshot['settings'][number]>(CATALOG.settings),
    roleSettings: await get<Snapshot['roleSettings'][number]>(CATALOG.roleSettings),
    extensions: await get<Snapshot['extensions'][number]>(CATALOG.extensions),
    collations: await get<Snapshot['collations'][number]>(CATALOG.collations),
    types: await get<Snapshot['types'][number]>(CATALOG.types),
    functions: await get<Snapshot['functions'][number]>(CATALOG.functions),
    columns: await get<Snapshot['columns'][number]>(CATALOG.columns),
    constraints: await get<Snapshot['constraints'][number]>(CATALOG.constraints),
    indexes: await get<Snapshot['indexes'][number]>(CATALOG.indexes),
    inheritance: await get<Snapshot['inheritance'][number]>(CATALOG.inheritance),
    policies: await get<Snapshot['policies'][number]>(CATALOG.policies),
    statistics: await session.rows<StatisticRow>(access?.columns ? STATISTICS : VISIBLE_STATISTICS, [oids]),
    extendedStatistics: await first<ExtendedStatisticRow>(
      EXTENDED_STATISTICS(major, access?.extended ?? false),
    ),
    // Last: of a relation that is there now, all that hangs on it was there before.
    relations: await get<RelationRow>(CATALOG.relations),
  }
  const snapshot = onlyOfRelations(read)
  const known = [
    ...roles,
    ...snapshot.relations.map((r) => r.owner),
    ...snapshot.policies.flatMap((p) => p.roles),
    ...snapshot.functions.map((f) => f.owner),
  ]
  return {
    ...snapshot,
    roles: await session.rows<RoleRow>(ROLES(major), [[...new Set(known)]]),
    statisticsAccess: access?.columns ? 'all' : 'visible',
    locked: snapshot.relations.map((r) => r.oid).filter((oid) => locked.includes(oid)),
    queries: session.queries,
  }
}

/** Without what hung on relations that went away between two SELECTs. */
function onlyOfRelations<S extends Omit<Snapshot, 'roles' | 'statisticsAccess' | 'locked' | 'queries'>>(
  read: S,
): S {
  const there = new Set(read.relations.map((r) => r.oid))
  const of = <T extends { readonly relation: number }>(rows: readonly T[]) =>
    rows.filter((r) => there.has(r.relation))
  const indexes = of(read.indexes)
  const all = new Set([...there, ...indexes.map((i) => i.oid)])
  return {
    ...read,
    ...{ columns: of(read.columns), constraints: of(read.constraints), indexes },
    inheritance: read.inheritance.filter((i) => all.has(i.child) && all.has(i.parent)),
    policies: of(read.policies),
    statistics: read.statistics.filter((s) => all.has(s.relation)),
    extendedStatistics: of(read.extendedStatistics),
  }
}
