import { shorten } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import backups from '../derived/backups.ts'

export default defineRule({
  name: 'backup-failed',
  title: 'The last backup failed',
  doc: 'The last attempt of pgtend to back the database up did not end in a whole backup. Older ones are untouched, but what has changed since is in none. The value is the age of the newest whole one.',
  remedy: 'Correct what the message names, then run pgtend backup run.',
  needs: { backups },
  thresholds: {},
  deductions: { critical: 15 },
  check({ backups: [b] }) {
    if (!b?.last_failed) return []
    return [
      {
        subject: 'backups',
        severity: 'critical',
        value: b.age ?? 0,
        unit: 'seconds',
        summary: `The last backup failed: ${shorten(b.last_error ?? 'for an unknown reason')}`,
        evidence: { last_attempt: b.last_attempt, newest: b.newest, kept: b.kept, error: b.last_error },
      },
    ]
  },
})
