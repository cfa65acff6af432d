import { defineAdvice, type Recommendation } from '../core/advice.ts'
import { quoteLiteral } from '../core/identifier.ts'
import type { Capabilities } from '../core/server.ts'
import { ownerOf, type SettingOverride, scopeOf } from '../core/setting-override.ts'
import type { Row } from '../core/table.ts'
import settingsReview from '../derived/settings-review.ts'

type Reviewed = Row<typeof settingsReview>

export default defineAdvice({
  name: 'tune-setting',
  title: 'Change a setting',
  doc: 'Settings of the settings review for which there is a value that suits most servers, with the statements that change it and take it back: ALTER SYSTEM, or ALTER DATABASE or ALTER ROLE … RESET where it is set there. Where a host keeps the configuration, its console is the place.',
  needs: { review: settingsReview },
  thresholds: {},
  recommend({ review }, _, { server }) {
    return review.flatMap((r) => {
      if (r.suggested === null) return []
      const override = server.overrides?.find((o) => o.setting === r.setting && scopeOf(o) === r.scope)
      return [
        {
          ...(override ? ofOverride(r, override) : ofServer(r, server)),
          evidence: {
            ...{ scope: r.scope, value: r.value, suggested: r.suggested },
            ...{ severity: r.severity, restart: r.restart },
          },
          gain: r.why,
          confidence: r.severity === 'info' ? ('medium' as const) : ('high' as const),
          because:
            r.severity === 'info'
              ? 'The value suits most servers; yours may have its reasons.'
              : 'No production server should run with the present value.',
        },
      ]
    })
  },
})

type Change = Pick<Recommendation, 'subject' | 'summary' | 'risk' | 'sql' | 'undo'>

function ofServer({ setting, value, suggested, restart }: Reviewed, server: Capabilities): Change {
  const reload = restart ? [] : ['SELECT pg_reload_conf();']
  const effect = restart ? ' It takes effect at the next restart.' : ''
  const own = server.platform === 'self-hosted'
  const before = server.alteredSettings?.[setting]
  const back = before === undefined ? `RESET ${setting}` : `SET ${setting} = ${quoteLiteral(before)}`
  // What waits for the restart is not known, only what it will replace.
  const known = !server.pendingRestart?.includes(setting)
  return {
    subject: `setting ${setting}`,
    summary: `Set ${setting} to ${suggested} (now ${value}).${effect}`,
    risk: own
      ? 'It applies to every database of the server.'
      : `It applies to every database of the server; on ${server.platform} it is changed in the console.`,
    ...(own ? { sql: [`ALTER SYSTEM SET ${setting} = '${suggested}';`, ...reload] } : {}),
    ...(own && known ? { undo: [`ALTER SYSTEM ${back};`, ...reload] } : {}),
  }
}

function ofOverride({ setting, scope, value }: Reviewed, override: SettingOverride): Change {
  const where = ownerOf(override)
  return {
    subject: `setting ${setting} of ${scope}`,
    summary: `Take back what is set of ${setting} for ${scope} (now ${value}).`,
    risk: 'New sessions have the server’s value; those that are open keep theirs.',
    sql: [`ALTER ${where} RESET ${setting};`],
    undo: [`ALTER ${where} SET ${setting} = ${quoteLiteral(override.text)};`],
  }
}
