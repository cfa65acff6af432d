import { type Capabilities, numberSetting } from '../core/server.ts'
import { memoized } from './_names.ts'
import { numberParameter, type Parameters } from './_storage-parameters.ts'

/** Changes after which autovacuum comes; null: never for that reason. */
export interface Thresholds {
  /** Dead rows. */
  readonly vacuum: number
  /** Inserted rows. */
  readonly insert: number | null
  /** Changed rows. */
  readonly analyze: number
}

/** PostgreSQL's own defaults, for where a setting can't be read. */
const DEFAULTS = {
  autovacuum_vacuum_max_threshold: -1,
  autovacuum_vacuum_threshold: 50,
  autovacuum_vacuum_scale_factor: 0.2,
  autovacuum_vacuum_insert_threshold: 1000,
  autovacuum_vacuum_insert_scale_factor: 0.2,
  autovacuum_analyze_threshold: 50,
  autovacuum_analyze_scale_factor: 0.1,
}

type Name = keyof typeof DEFAULTS

/** The server's settings as numbers: read once, and asked for by each of many tables. */
const settingsOf = memoized(
  (server: Capabilities) =>
    Object.fromEntries(
      Object.entries(DEFAULTS).map(([name, value]) => [name, numberSetting(server, name) ?? value]),
    ) as Readonly<Record<Name, number>>,
)

/**
 * As relation_needs_vacanalyze in autovacuum.c: threshold + scale factor * reltuples, the table's own parameters before
 * the server's, at most autovacuum_vacuum_max_threshold (PostgreSQL 18; below zero: no limit). From 18 on the server scales
 * the insert threshold by the share of pages not frozen yet, so there it comes no later than told here.
 */
export function autovacuumThresholds(
  tuples: number,
  set: Parameters | undefined,
  server: Capabilities,
): Thresholds {
  const settings = settingsOf(server)
  // Most tables have none of their own, and there are many.
  const value = (name: Name): number => (set && numberParameter(set, name)) ?? settings[name]
  const rows = Math.max(0, tuples)
  const after = (base: Name, factor: Name): number => value(base) + value(factor) * rows
  const vacuum = after('autovacuum_vacuum_threshold', 'autovacuum_vacuum_scale_factor')
  const most = value('autovacuum_vacuum_max_threshold')
  return {
    vacuum: most < 0 ? vacuum : Math.min(most, vacuum),
    insert:
      value('autovacuum_vacuum_insert_threshold') < 0
        ? null
        : after('autovacuum_vacuum_insert_threshold', 'autovacuum_vacuum_insert_scale_factor'),
    analyze: after('autovacuum_analyze_threshold', 'autovacuum_analyze_scale_factor'),
  }
}
