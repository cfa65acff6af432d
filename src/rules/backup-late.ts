import { formatSeconds } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import backups from '../derived/backups.ts'
import { above } from './_grade.ts'

export default defineRule({
  name: 'backup-late',
  title: 'No recent backup',
  doc: 'The age of the newest whole backup that pgtend has made: what would be lost if the server were lost now. Where there is none yet, the time since backups are expected counts.',
  remedy: 'Run pgtend backup run, and see in pgtend maintain schedule why none was made by itself.',
  needs: { backups },
  thresholds: { warning: 26 * 3600, critical: 50 * 3600 },
  deductions: { warning: 8, critical: 15 },
  check({ backups: [b] }, thresholds, { at }) {
    if (!b) return []
    const age = b.age ?? (at - b.since) / 1000
    const severity = above(age, thresholds)
    if (!severity) return []
    return [
      {
        subject: 'backups',
        severity,
        value: age,
        unit: 'seconds',
        summary:
          b.age === null
            ? `There is no backup, ${formatSeconds(age)} after the first was due.`
            : `The newest backup is ${formatSeconds(age)} old.`,
        evidence: { newest: b.newest, last_attempt: b.last_attempt, kept: b.kept },
      },
    ]
  },
})
