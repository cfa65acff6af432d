import { AppError } from '../core/errors.ts'
import { quoteIdentifier } from '../core/identifier.ts'
import type { Pack } from './pack.ts'
import type { PackState } from './pack-state.ts'

export interface PackRequest {
  readonly task: 'install' | 'upgrade' | 'uninstall'
  /** Roles that may use the pack from now on. */
  readonly grant?: readonly string[]
  /** Make `public.check_database_health()`. */
  readonly rpc?: boolean
}

/** What would be done, to be shown and agreed to first. */
export interface PackChange {
  /** In sentences, for people. */
  readonly does: readonly string[]
  readonly warnings: readonly string[]
  /** The whole script, without BEGIN and COMMIT. */
  readonly script: string
}

/** Everybody who has the key of a Supabase app's page comes in as one of these. */
const PUBLIC_ROLES = new Set(['anon', 'authenticated'])

/** Works out what a request means for a database. Throws AppError `sql-pack` where it can not or must not be done. */
export function planPackChange(pack: Pack, state: PackState, request: PackRequest): PackChange {
  const refuse = (why: string): never => {
    throw new AppError('sql-pack', why)
  }
  const { installed, database } = state
  if (state.standby) refuse(`${database} is on a standby, where nothing can be changed: do it on the primary`)
  if (state.foreign) refuse(`${database} has a schema pgtend that is not the pack's`)
  if (installed !== null && installed > pack.version) {
    refuse(
      `${database} has version ${installed}, this pgtend knows version ${pack.version}: use a newer pgtend`,
    )
  }
  if (request.task === 'uninstall') {
    if (installed === null) refuse(`the pack is not installed in ${database}`)
    return removal(pack, state)
  }
  if (request.task === 'upgrade' && installed === null) {
    refuse(`the pack is not installed in ${database}: pgtend sql install`)
  }
  const [missing] = state.missingRoles
  if (missing !== undefined) refuse(`there is no role ${missing}`)
  // What was made on request before is kept up to date with the rest.
  const rpc = request.rpc || state.rpc === 'ours'
  if (request.rpc && state.rpc === 'foreign') {
    refuse(`${database} has a function public.check_database_health() that is not the pack's`)
  }
  const granted = request.grant ?? []
  return {
    does: [
      whatIsMade(pack, installed),
      ...(Object.keys(state.changed).length > 0
        ? [`Keep the settings that were changed: ${Object.keys(state.changed).join(', ')}.`]
        : []),
      ...(request.rpc
        ? ['Make public.check_database_health(), which runs with your rights, for calls through an API.']
        : []),
      ...granted.map(
        (role) => `Let ${role} use it${rpc ? ', and call public.check_database_health()' : ''}.`,
      ),
      ...(granted.length === 0 && installed === null ? ['Nobody but you may use it.'] : []),
    ],
    warnings: rpc
      ? granted
          .filter((role) => PUBLIC_ROLES.has(role))
          .map((role) => `${role}: whoever uses the app would see the health of its database.`)
      : [],
    script: [
      ...steps(pack, installed),
      pack.install,
      ...(rpc ? [pack.rpc] : []),
      ...granted.map((role) => grantsFor(role, rpc)),
    ].join('\n'),
  }
}

/** The script for a database that pgtend has no connection to, whichever version is there or none. */
export function freshScript(pack: Pack, request: PackRequest): string {
  if (request.task === 'uninstall') return pack.uninstall
  const granted = (request.grant ?? []).map((role) => grantsFor(role, request.rpc === true))
  return [...pack.upgrades.values(), pack.install, ...(request.rpc ? [pack.rpc] : []), ...granted].join('\n')
}

function whatIsMade(pack: Pack, installed: number | null): string {
  const contents = 'its tables, views and functions'
  if (installed === null) return `Make the schema pgtend with ${contents} (version ${pack.version}).`
  if (installed === pack.version) return `Put back ${contents} in the schema pgtend (version ${installed}).`
  return `Bring the schema pgtend from version ${installed} to version ${pack.version}.`
}

function steps(pack: Pack, installed: number | null): readonly string[] {
  if (installed === null) return []
  const versions = Array.from({ length: pack.version - installed }, (_, i) => installed + i)
  return versions.flatMap((from) => pack.upgrades.get(from) ?? [])
}

function removal(pack: Pack, state: PackState): PackChange {
  return {
    does: [
      'Drop the schema pgtend with all that the pack made in it, and its settings.',
      ...(state.rpc === 'ours' ? ['Drop public.check_database_health().'] : []),
      'Stop without dropping anything if something else depends on it or lives in the schema.',
    ],
    warnings: state.guests.map((role) => `${role} uses it until then.`),
    script: pack.uninstall,
  }
}

function grantsFor(name: string, rpc: boolean): string {
  const role = quoteIdentifier(name)
  return `
GRANT USAGE ON SCHEMA pgtend TO ${role};
GRANT SELECT ON ALL TABLES IN SCHEMA pgtend TO ${role};
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pgtend TO ${role};
${rpc ? `GRANT EXECUTE ON FUNCTION public.check_database_health() TO ${role};` : ''}`
}
