import { formatSeconds, shorten } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import backups from '../derived/backups.ts'
import { above } from './_grade.ts'

export default defineRule({
  name: 'backup-unverified',
  title: 'Backups are not proved',
  doc: 'A backup that nobody has restored is a hope. The value is the time since a backup was last restored into a throw-away server and found equal; damage in the newest one is critical at once.',
  remedy:
    'Run pgtend backup verify with the id of the newest backup; set backup.verify to "daily" or "each" in the configuration. If it is damaged, make a new one and look at the disk that it lies on.',
  needs: { backups },
  thresholds: { warning: 7 * 86_400, critical: 30 * 86_400 },
  deductions: { warning: 4, critical: 15 },
  check({ backups: [b] }, thresholds, { at }) {
    if (!b || b.newest === null) return []
    const { newest, proved, kept, damage } = b
    const unproved = (at - (proved ?? b.since)) / 1000
    const severity = b.newest_damaged ? 'critical' : above(unproved, thresholds)
    if (!severity) return []
    return [
      {
        subject: 'backups',
        severity,
        value: unproved,
        unit: 'seconds',
        summary: b.newest_damaged
          ? `The newest backup is not what it should be: ${shorten(damage ?? '')}`
          : proved === null
            ? `No backup has been proved by restoring it, in ${formatSeconds(unproved)}.`
            : `A backup was last proved ${formatSeconds(unproved)} ago.`,
        evidence: { newest, proved, kept, damage },
      },
    ]
  },
})
