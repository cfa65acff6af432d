import { defineAdvice } from '../core/advice.ts'
import settingsReview from '../derived/settings-review.ts'

export default defineAdvice({
  name: 'tune-setting',
  title: 'Change a setting',
  doc: 'Settings of the settings review for which there is a value that suits most servers, with the statements that change it and take it back. Where a host keeps the configuration, its console is the place.',
  needs: { review: settingsReview },
  thresholds: {},
  recommend({ review }, _, { server }) {
    const own = server.platform === 'self-hosted'
    return review.flatMap((r) => {
      if (r.suggested === null) return []
      const reload = r.restart ? [] : ['SELECT pg_reload_conf();']
      const effect = r.restart ? ' It takes effect at the next restart.' : ''
      return [
        {
          subject: `setting ${r.setting}`,
          summary: `Set ${r.setting} to ${r.suggested} (now ${r.value}).${effect}`,
          evidence: { value: r.value, suggested: r.suggested, severity: r.severity, restart: r.restart },
          gain: r.why,
          risk: own
            ? 'It applies to every database of the server.'
            : `It applies to every database of the server; on ${server.platform} it is changed in the console.`,
          confidence: r.severity === 'info' ? ('medium' as const) : ('high' as const),
          because:
            r.severity === 'info'
              ? 'The value suits most servers; yours may have its reasons.'
              : 'No production server should run with the present value.',
          ...(own
            ? {
                sql: [`ALTER SYSTEM SET ${r.setting} = '${r.suggested}';`, ...reload],
                undo: [`ALTER SYSTEM RESET ${r.setting};`, ...reload],
              }
            : {}),
        },
      ]
    })
  },
})
