import { detail, flag, label, optional } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { maybe } from '../core/given.ts'
import databaseSize from '../probes/database-size.ts'
import replicationSlots from '../probes/replication-slots.ts'
import { REVIEWS, showSetting } from './_settings.ts'

export default defineDerived({
  name: 'settings-review',
  title: 'Settings to look at',
  doc: 'Settings whose values endanger data, hide something or slow the server down, each with the reason; judged by what PostgreSQL itself tells, never by guesses about the machine. Also settings that were changed and wait for a restart. No row: nothing to say.',
  rows: 'many',
  from: { slots: maybe(replicationSlots), sizes: maybe(databaseSize) },
  columns: {
    setting: label('Name of the setting'),
    severity: detail('critical: data are at risk. warning: something does not work. info: worth a thought'),
    value: detail('What it is set to'),
    suggested: optional(detail('A value for most servers; none where it depends on the machine')),
    why: detail('What the present value does'),
    restart: flag('A change takes a restart'),
    rule: optional(detail('The rule that tells of it, where it is not settings-review')),
  },
  compute({ slots = [], sizes }, { server }) {
    const size = sizes?.reduce((sum, s) => sum + s.size, 0)
    const judged = REVIEWS.flatMap(({ setting, restart = false, rule, judge }) => {
      const value = server.settings[setting]
      const verdict = value === undefined ? undefined : judge(value, { server, slots: slots.length, size })
      if (value === undefined || !verdict) return []
      const { severity, suggested = null, why } = verdict
      return [
        {
          setting,
          severity,
          value: showSetting(setting, value),
          suggested,
          why,
          restart,
          rule: rule ?? null,
        },
      ]
    })
    const told = new Set(judged.map((j) => j.setting))
    const waiting = (server.pendingRestart ?? []).filter((setting) => !told.has(setting))
    return [
      ...judged,
      ...waiting.map((setting) => ({
        ...{ setting, severity: 'info', value: server.settings[setting] ?? 'not read', suggested: null },
        ...{ why: 'It was changed, and the change waits for a restart.', restart: true, rule: null },
      })),
    ]
  },
})
