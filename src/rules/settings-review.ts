import { defineRule, type Severity } from '../core/rule.ts'
import settingsReview from '../derived/settings-review.ts'

export default defineRule({
  name: 'settings-review',
  title: 'Harmful setting',
  doc: 'A setting of the server, or one that ALTER DATABASE or ALTER ROLE has set, endangers the data (fsync, full_page_writes, zero_damaged_pages, ignore_checksum_failure), or keeps something from working as it should. Settings that are merely worth a thought are no finding: the settings review and the advice list them.',
  remedy:
    'Set it to the value that the evidence names, with ALTER SYSTEM or in the console of the host; what is set for a database or role is taken back with ALTER DATABASE or ALTER ROLE … RESET.',
  needs: { review: settingsReview },
  thresholds: {},
  deductions: { warning: 3, critical: 20 },
  // Data at risk are not healthy, whatever else is well.
  cap: 79,
  check({ review }) {
    return review
      .filter((r) => r.severity !== 'info' && r.rule === null)
      .map((r) => ({
        subject: r.scope === 'server' ? `setting ${r.setting}` : `setting ${r.setting} of ${r.scope}`,
        severity: r.severity as Severity,
        value: 1,
        unit: 'none' as const,
        summary: `${r.setting} is ${r.value}${r.scope === 'server' ? '' : ` for ${r.scope}`}. ${r.why}`,
        evidence: { scope: r.scope, value: r.value, suggested: r.suggested, restart: r.restart },
      }))
  },
})
