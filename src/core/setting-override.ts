import { quoteIdentifier } from './identifier.ts'

/** A setting that ALTER ROLE or ALTER DATABASE has set. */
export interface SettingOverride {
  readonly setting: string
  /** In base units as `settings` has it. */
  readonly value: string
  /** As it was written. */
  readonly text: string
  /** The only database that it is for; null for all. */
  readonly database: string | null
  /** The only role that it is for; null for all. */
  readonly role: string | null
}

/** Whose sessions it is for, as a noun: `all roles`, `database app`, `role mon`, `role mon in database app`. */
export function scopeOf({ role, database }: SettingOverride): string {
  if (role === null) return database === null ? 'all roles' : `database ${database}`
  return database === null ? `role ${role}` : `role ${role} in database ${database}`
}

/** What ALTER takes to change or reset it: `DATABASE app`, `ROLE mon IN DATABASE app`, `ROLE ALL`. */
export function ownerOf({ role, database }: SettingOverride): string {
  const named = database === null ? '' : quoteIdentifier(database)
  if (role === null) return database === null ? 'ROLE ALL' : `DATABASE ${named}`
  return `ROLE ${quoteIdentifier(role)}${database === null ? '' : ` IN DATABASE ${named}`}`
}

/** What is set for all roles of the database, if anything: in it before in all of them (process_settings in postinit.c). */
export function generalOverride(
  overrides: readonly SettingOverride[],
  setting: string,
): SettingOverride | undefined {
  const all = overrides.filter((o) => o.setting === setting && o.role === null)
  return all.find((o) => o.database !== null) ?? all[0]
}

/** What sets a setting right where it keeps the server from counting: for all, or back where it is set for the database or all roles. */
export function settingFix(
  overrides: readonly SettingOverride[] | undefined,
  setting: string,
  good: string,
): string {
  const override = generalOverride(overrides ?? [], setting)
  return override
    ? `ALTER ${ownerOf(override)} RESET ${setting};`
    : `ALTER SYSTEM SET ${setting} = ${good}; SELECT pg_reload_conf();`
}
