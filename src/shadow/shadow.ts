import type { WhatIf } from '../optimizer/planner.ts'
import type { SchemaFacts } from '../optimizer/schema.ts'
import type { ConnectionSpec } from '../postgres/url.ts'
import { PLANNER } from './build/accounts.ts'
import { closeSessions, openSessions } from './build/build.ts'
import { type Cluster, openCluster, shadowHome } from './build/cluster.ts'
import { claimDatabase } from './build/database.ts'
import { type Built, buildDatabase } from './build-database.ts'
import { Candidates } from './candidates.ts'
import { type CollectOptions, collect } from './collect/collect.ts'
import { type Ends, withEnds } from './ends.ts'
import { schemaFacts } from './facts.ts'
import { plannerSession } from './planner-session.ts'
import { sessionSettings } from './session-settings.ts'
import type { Snapshot } from './snapshot.ts'
import { createWhatIf } from './what-if.ts'

export interface ShadowOptions {
  /** Where clusters and databases are kept between runs; default: the cache folder. */
  readonly home?: string
}

export interface PrepareOptions extends CollectOptions {
  readonly spec: ConnectionSpec
  /** What identifies the target between runs; default: host, port and database. */
  readonly key?: string
  /** Asks for the real first and last values of indexed columns, by two index descents a column. Default false. */
  readonly probeEnds?: boolean
}

/** The private planner of one watched database, as of now. */
export interface Planner {
  readonly whatIf: WhatIf
  readonly schema: SchemaFacts
  /** What it took, for people: ms, and how much was made anew. */
  readonly cost: {
    readonly collectMs: number
    readonly buildMs: number
    readonly queries: number
    readonly rebuilt: number
    readonly refreshed: number
  }
  /** Lets go of the sessions; the database is kept for the next time. */
  close(): Promise<void>
}

/** The private planners of a process. */
export interface Shadow {
  /**
   * Reads the watched database's catalogs and builds or refreshes its likeness.
   * Throws AppError: what `connect` throws, `needs-direct`, `no-shadow`, `server-failed`, `cannot-plan`.
   */
  prepare(options: PrepareOptions): Promise<Planner>
  /** Stops the clusters that this one started. */
  close(): Promise<void>
}

/** Nothing is started before the first `prepare`. */
export function openShadow({ home = shadowHome() }: ShadowOptions = {}): Shadow {
  const clusters = new Set<Cluster>()
  return {
    async prepare(options) {
      const { spec } = options
      const began = performance.now()
      const snapshot = await collect(spec, options)
      const ends: Ends = await withEnds(spec, snapshot, options.probeEnds ?? false)
      const collected = performance.now()
      const cluster = await openCluster(Math.floor(snapshot.database.version / 10_000), home)
      clusters.add(cluster)
      const database = claimDatabase(cluster, options.key ?? `${spec.host}:${spec.port}/${spec.database}`)
      try {
        const built = await buildDatabase(cluster, database, ends.snapshot)
        const buildMs = performance.now() - collected
        const { whatIf, close } = await openPlanner(cluster, database, snapshot, built)
        return {
          whatIf,
          schema: schemaFacts(snapshot, [...ends.gaps, ...built.gaps]),
          cost: {
            collectMs: collected - began,
            buildMs,
            ...{ queries: snapshot.queries, rebuilt: built.rebuilt, refreshed: built.refreshed },
          },
          async close() {
            await close()
            cluster.inUse.delete(database)
          },
        }
      } catch (error) {
        cluster.inUse.delete(database)
        throw error
      }
    },
    async close() {
      await Promise.all([...clusters].map((cluster) => cluster.stop()))
      clusters.clear()
    },
  }
}

/** Opens the sessions that plan in a database that was built. */
export async function openPlanner(
  cluster: Cluster,
  database: string,
  snapshot: Snapshot,
  built: Built,
): Promise<Pick<Planner, 'whatIf' | 'close'>> {
  const sessions = await openSessions(cluster, database)
  const asking = await cluster.open(database, PLANNER)
  const planner = plannerSession(asking, cluster.major, sessionSettings(snapshot), built.roles)
  const candidates = new Candidates({
    sessions,
    dataDir: cluster.server.dataDir,
    explain: (sql) => planner.explain({ sql }),
    oids: built.oids,
  })
  await candidates.clear()
  return {
    whatIf: createWhatIf(planner, candidates),
    async close() {
      await Promise.all([planner.end(), closeSessions(sessions)])
    },
  }
}
