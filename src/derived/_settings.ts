import { formatBytes, formatSeconds } from '../core/format.ts'
import type { Capabilities } from '../core/server.ts'

/** What a verdict about a setting may look at. */
export interface Surroundings {
  readonly server: Capabilities
  readonly slots: number
  /** Size of all databases in bytes, where it is known. */
  readonly size: number | undefined
}

export interface Verdict {
  /** critical: data are at risk. warning: something does not work as it should. info: worth a thought. */
  readonly severity: 'critical' | 'warning' | 'info'
  /** As ALTER SYSTEM takes it; none where there is no value that fits all. */
  readonly suggested?: string
  readonly why: string
}

export interface Review {
  readonly setting: string
  /** It takes a restart; others a reload. */
  readonly restart?: true
  /** A rule of its own tells of it. */
  readonly rule?: string
  /** What it does where it is set for a role or database only, if that is something else. */
  readonly scoped?: string
  /** Platforms where it is as it should be whatever its value. */
  readonly notOn?: readonly string[]
  /** A single role may well have its own. */
  readonly perRole?: true
  /** What is to be said of the value in base units (bytes, seconds), if anything. */
  readonly judge: (value: string, around: Surroundings) => Verdict | undefined
}

/** The scope of what the server gives to everybody. */
export const SERVER = 'server'

const SIZES = new Set(
  'shared_buffers effective_cache_size maintenance_work_mem work_mem max_wal_size'.split(' '),
)

const TIMES = new Set(['autovacuum_naptime', 'autovacuum_vacuum_cost_delay'])

/** A value in base units as people write it. */
export function showSetting(setting: string, value: string): string {
  const number = Number(value)
  if (SIZES.has(setting) && number >= 0) return formatBytes(number)
  return TIMES.has(setting) ? formatSeconds(number) : value
}
