import { detail, flag, label, optional } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { maybe } from '../core/given.ts'
import { generalOverride, type SettingOverride, scopeOf } from '../core/setting-override.ts'
import databaseSize from '../probes/database-size.ts'
import replicationSlots from '../probes/replication-slots.ts'
import { type Review, SERVER, showSetting } from './_settings.ts'
import { SAFETY } from './_settings-safety.ts'
import { TUNING } from './_settings-tuning.ts'

const REVIEWS = [...SAFETY, ...TUNING]
const WAITS = 'It was changed, and the change waits for a restart.'

export default defineDerived({
  name: 'settings-review',
  title: 'Settings to look at',
  doc: 'Settings whose values endanger data, hide something or slow the server down, each with the reason; judged by what PostgreSQL itself tells, never by guesses about the machine, and as others get them: what is set for pgtend’s own role counts for that role alone. Those that ALTER DATABASE or ALTER ROLE sets, for this database or for roles that log in, are told as such; of a role only what endangers or hides something. Also settings that were changed and wait for a restart. No row: nothing to say.',
  rows: 'many',
  from: { slots: maybe(replicationSlots), sizes: maybe(databaseSize) },
  columns: {
    setting: label('Name of the setting'),
    scope: label('Whose sessions have it: server, or the database or role that it is set for'),
    severity: detail('critical: data are at risk. warning: something does not work. info: worth a thought'),
    value: detail('What it is set to'),
    suggested: optional(detail('A value for most servers; none where it depends on the machine')),
    why: detail('What the present value does'),
    restart: flag('A change takes a restart'),
    rule: optional(detail('The rule that tells of it, where it is not settings-review')),
  },
  compute({ slots = [], sizes }, { server }) {
    const size = sizes?.reduce((sum, s) => sum + s.size, 0)
    const { overrides = [], hiddenSettings: hidden = [], pendingRestart: pending = [] } = server
    const verdictOf = (review: Review, value: string, scope: string) => {
      const verdict = review.judge(value, { server, slots: slots.length, size })
      if (!verdict || review.notOn?.includes(server.platform)) return []
      const { setting, restart = false, rule = null, scoped } = review
      // A value that waits already is not to be overwritten.
      const waits = scope === SERVER && pending.includes(setting)
      const { severity } = verdict
      const suggested = waits ? null : (verdict.suggested ?? null)
      const why = waits ? `${verdict.why} ${WAITS}` : verdict.why
      const shown = { setting, scope, severity, value: showSetting(setting, value), suggested, restart }
      return scope === SERVER ? [{ ...shown, why, rule }] : [{ ...shown, why: scoped ?? why, rule: null }]
    }
    const judged = REVIEWS.flatMap((review) => {
      const { setting, perRole = false } = review
      const value = server.settings[setting]
      const general = generalOverride(overrides, setting)
      const own = perRole ? [] : overrides.filter((o) => o.setting === setting && holds(o, overrides))
      return [
        ...(value === undefined ? [] : verdictOf(review, value, general ? scopeOf(general) : SERVER)),
        // What is merely worth a thought is a role's own choice.
        ...own.flatMap((o) => verdictOf(review, o.value, scopeOf(o)).filter((v) => v.severity !== 'info')),
        ...(hidden.includes(setting) ? [hiddenValue(setting)] : []),
      ]
    })
    const told = new Set(judged.flatMap((j) => (j.scope === SERVER ? [j.setting] : [])))
    const waiting = pending.filter((setting) => !told.has(setting))
    return [
      ...judged,
      ...waiting.map((setting) => ({
        ...{ setting, scope: SERVER, severity: 'info', value: server.settings[setting] ?? 'not read' },
        ...{ suggested: null, restart: true, rule: null },
        why: WAITS,
      })),
    ]
  },
})

/** Is it set for a role, and not set otherwise for the same role in this database. */
const holds = (o: SettingOverride, all: readonly SettingOverride[]): boolean =>
  o.role !== null &&
  (o.database !== null ||
    !all.some((b) => b.role === o.role && b.setting === o.setting && b.database !== null))

const hiddenValue = (setting: string) => ({
  ...{ setting, scope: SERVER, severity: 'info' as const, value: 'not known', suggested: null },
  ...{ restart: false, rule: null },
  why: 'The role or the connection string of pgtend sets it for itself, which hides what others get. Take it back there to have it judged.',
})
