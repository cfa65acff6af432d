import type { RoleSettingRow, SettingRow, Snapshot } from './snapshot.ts'

/** The settings that a session of the watched database plans with. */
export interface SessionSettings {
  /** Of a session of that role; without one, of one with no settings of its own. */
  of(role: string | undefined): Readonly<Record<string, string>>
}

/** PostgreSQL's own, as far as plans depend on them, and names with a dot: what row security policies look at. */
const COLLECTED = (known: ReadonlySet<string>, name: string): boolean => known.has(name) || name.includes('.')

/**
 * From what our own session sees: its values hold the database's settings and those of our own role, which are taken out
 * again. Later ones win: server, database, role, role in this database. Pure.
 */
export function sessionSettings({ database, settings, roleSettings }: Snapshot): SessionSettings {
  const known = new Set(settings.map((s) => s.name.toLowerCase()))
  const parsed = roleSettings.map((row) => ({ row, ...split(row) })).filter((s) => COLLECTED(known, s.name))
  const ours = new Set(parsed.filter((s) => s.row.role === database.user).map((s) => s.name))
  const base = settings
    .filter((s) => !READ_ONLY.has(s.name))
    .map((s) => [s.name, usualValue(s, ours)] as const)
  const layer = (role: string | null, inDatabase: boolean) =>
    parsed
      .filter((s) => s.row.role === role && (s.row.database !== null) === inDatabase)
      .map((s) => [s.name, s.value] as const)
  return {
    of: (role) =>
      Object.fromEntries([
        ...base,
        ...layer(null, true),
        ...(role === undefined ? [] : [...layer(role, false), ...layer(role, true)]),
      ]),
  }
}

/** Set elsewhere, or not for a session to set. */
const READ_ONLY = new Set(['plan_cache_mode', 'lc_monetary'])

/** What our own session was given by its client or its role says nothing of others. */
const usualValue = (s: SettingRow, ours: ReadonlySet<string>): string =>
  s.source === 'client' || ours.has(s.name.toLowerCase()) ? s.boot : s.value

function split({ setting }: RoleSettingRow): { readonly name: string; readonly value: string } {
  const at = setting.indexOf('=')
  return { name: setting.slice(0, at).toLowerCase(), value: setting.slice(at + 1) }
}
