import { qualifiedName } from '../core/identifier.ts'
import type { Gap } from '../optimizer/schema.ts'
import type { BulkSession } from '../postgres/bulk-session.ts'
import type { Failed } from './build/apply.ts'
import {
  buildGround,
  buildRelations,
  closeSessions,
  fill,
  mapOids,
  openSessions,
  type Sessions,
} from './build/build.ts'
import type { Cluster } from './build/cluster.ts'
import { createDatabase, dropDatabase, forgetNote, readNote, writeNote } from './build/database.ts'
import { makeRoles, type RoleNames } from './build/roles.ts'
import type { OidMap } from './build/statistics.ts'
import { changes, digests, FORMAT, type Note } from './changes.ts'
import type { Snapshot } from './snapshot.ts'

export interface Built {
  readonly roles: RoleNames
  readonly oids: OidMap
  readonly gaps: readonly Gap[]
  /** Relations made anew. */
  readonly rebuilt: number
  /** Relations that only got new statistics or sizes. */
  readonly refreshed: number
}

/** Makes the database like the snapshot: only what changed since the last time, or all of it. */
export async function buildDatabase(cluster: Cluster, database: string, snapshot: Snapshot): Promise<Built> {
  const now = digests(snapshot)
  const note = await readNote<Note>(cluster, database)
  const changed = changes(snapshot, note, now)
  // Only what was finished has a note.
  await forgetNote(cluster, database)
  if (note && changed) {
    try {
      return await refresh(cluster, database, snapshot, note, now, changed)
    } catch {
      // Whatever stands in the way of a refresh, such as a database that was removed, doesn't stand in the way of a new one.
    }
  }
  await dropDatabase(cluster, database)
  const roles = await makeRoles(cluster.admin, database, snapshot.roles)
  const collation = (await createDatabase(cluster, database, snapshot.database)) ?? null
  const sessions = await openSessions(cluster, database)
  try {
    const ground = await buildGround(sessions, snapshot)
    const all = new Set(snapshot.relations.map((r) => r.oid))
    const { failed, stubs, missing } = ground
    const known = { collation, stubs: [...stubs], missing }
    return await finish({
      cluster,
      database,
      snapshot,
      now,
      roles,
      sessions,
      known,
      failed,
      shape: all,
      contents: new Set(),
    })
  } finally {
    await closeSessions(sessions)
  }
}

async function refresh(
  cluster: Cluster,
  database: string,
  snapshot: Snapshot,
  note: Note,
  now: Pick<Note, 'ground' | 'relations'>,
  { shape, contents, gone }: NonNullable<ReturnType<typeof changes>>,
): Promise<Built> {
  const roles = await makeRoles(cluster.admin, database, snapshot.roles)
  const sessions = await openSessions(cluster, database)
  try {
    const again = snapshot.relations
      .filter((r) => shape.has(r.oid))
      .map((r) => qualifiedName(r.schema, r.name))
    await dropRelations(sessions.admin, [...gone, ...again])
    const lost = await missingViews(sessions.admin, snapshot)
    const failed = note.failed
      .map((f) => ({ ...f, sql: 'SELECT' }))
      .filter((f) => !again.some((a) => same(a, f.object)))
    return await finish({
      ...{ cluster, database, snapshot, now, roles, sessions, contents },
      known: note,
      failed: [],
      still: failed,
      shape: new Set([...shape, ...lost]),
    })
  } finally {
    await closeSessions(sessions)
  }
}

/** Whether a gap is about the relation or something on it. */
const same = (quoted: string, object: string): boolean => {
  const plain = quoted.slice(1, -1).replace('"."', '.').replaceAll('""', '"')
  return object === plain || object.startsWith(`${plain}.`)
}

async function dropRelations(admin: BulkSession, names: readonly string[]): Promise<void> {
  const rows = await admin.query(
    `SELECT n AS name, relkind AS kind FROM unnest($1::text[]) n JOIN pg_class c ON c.oid = to_regclass(n)`,
    [names],
  )
  const drops = rows.map((r) => `DROP ${r.kind === 'v' ? 'VIEW' : 'TABLE'} IF EXISTS ${r.name} CASCADE`)
  if (drops.length > 0) await admin.script(drops.join(';\n'))
}

/** Views that went with a table. */
async function missingViews(admin: BulkSession, snapshot: Snapshot): Promise<number[]> {
  const views = snapshot.relations.filter((r) => r.kind === 'v')
  const rows = await admin.query('SELECT (to_regclass(n) IS NULL)::text AS gone FROM unnest($1::text[]) n', [
    views.map((v) => qualifiedName(v.schema, v.name)),
  ])
  return views.filter((_, i) => rows[i]?.gone === 'true').map((v) => v.oid)
}

interface Work {
  readonly cluster: Cluster
  readonly database: string
  readonly snapshot: Snapshot
  readonly now: Pick<Note, 'ground' | 'relations'>
  readonly roles: RoleNames
  readonly sessions: Sessions
  readonly known: Pick<Note, 'collation' | 'stubs' | 'missing'>
  /** To be tried again once there are tables. */
  readonly failed: readonly Failed[]
  /** Known to fail from the last time. */
  readonly still?: readonly Failed[]
  readonly shape: ReadonlySet<number>
  readonly contents: ReadonlySet<number>
}

async function finish(w: Work): Promise<Built> {
  const { cluster, database, snapshot, roles, sessions, known, shape, contents } = w
  const substitutes = { collation: known.collation ?? undefined, stubs: new Set(known.stubs) }
  const failures =
    shape.size > 0 || w.failed.length > 0
      ? await buildRelations(sessions, snapshot, shape, substitutes, roles, w.failed)
      : []
  const oids = await mapOids(sessions.admin, snapshot)
  const gaps = await fill(sessions, cluster, snapshot, new Set([...shape, ...contents]), oids)
  const failed = [...(w.still ?? []), ...failures].map(({ object, reason }) => ({ object, reason }))
  const { collation, stubs, missing } = known
  await writeNote(cluster, database, {
    ...{ format: FORMAT, ...w.now, collation, stubs, missing, failed },
  } satisfies Note)
  return {
    ...{ roles, oids, rebuilt: shape.size, refreshed: contents.size },
    gaps: [...gaps, ...failed.map(gapOf), ...missing.map(extensionGap)],
  }
}

const gapOf = ({ object, reason }: { readonly object: string; readonly reason: string }): Gap => ({
  object,
  reason: `it could not be rebuilt in the private planner: ${reason}`,
})

const extensionGap = (name: string): Gap => ({
  object: name,
  reason:
    'the extension is not in the private planner: statements that use its functions or operators can not be planned',
})
