import type { SettingOverride } from './setting-override.ts'

/** What a watched server is and what we may see of it, read once at connect and again after a restart. */
export interface Capabilities {
  /** As `server_version_num`, for example 170010. */
  readonly version: number
  readonly major: number
  readonly database: string
  readonly user: string
  /** Epoch milliseconds. */
  readonly startedAt: number
  readonly systemIdentifier: string | null
  readonly role: 'primary' | 'standby'
  readonly superuser: boolean
  /** Predefined roles that the user has, of those that matter here. */
  readonly grants: readonly string[]
  /** Installed extensions. */
  readonly extensions: Readonly<Record<string, { readonly schema: string; readonly version: string }>>
  /** Extensions that CREATE EXTENSION would find. */
  readonly available: readonly string[]
  /**
   * Settings that decide what can be seen or what a limit is, as sessions of this database get them unless their role has
   * its own; raw values in base units where PostgreSQL has one.
   */
  readonly settings: Readonly<Record<string, string>>
  /** Which of them are set for a role or database. Absent where that can't be read. */
  readonly overrides?: readonly SettingOverride[]
  /** Settings that our own role or connection string sets for itself, so that what others get is not seen. */
  readonly hiddenSettings?: readonly string[]
  /** Settings that ALTER SYSTEM has set, or may have, with the value as it takes it. */
  readonly alteredSettings?: Readonly<Record<string, string>>
  /** Settings that were changed and wait for a restart. */
  readonly pendingRestart?: readonly string[]
  /** `transaction`: a pooler hands each transaction to another session. */
  readonly pooler: 'none' | 'transaction'
  readonly platform: 'supabase' | 'rds' | 'aurora' | 'cloud-sql' | 'neon' | 'self-hosted'
}

/** A number setting, or undefined where it can't be read. */
export function numberSetting(server: Capabilities, name: string): number | undefined {
  const raw = server.settings[name]
  const value = raw === undefined ? Number.NaN : Number(raw)
  return Number.isFinite(value) ? value : undefined
}
