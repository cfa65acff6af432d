import { plural } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import checksumFailures from '../derived/checksum-failures.ts'

export default defineRule({
  name: 'checksum-failures',
  title: 'Corrupt data',
  doc: 'Blocks read from disk did not match their checksum: disk, memory or driver have changed data. Part of the data is damaged. Counts since the statistics of the database were last reset; those of the shared catalogs, which belong to no database, begin anew only when a crash empties all statistics. Where data checksums are off the rule can not be applied: damage goes unnoticed there, which the settings review says.',
  remedy:
    'Keep the last good backup safe from being rotated away. Take the server to other hardware, and restore what is damaged; the server’s log names the blocks.',
  needs: { counted: checksumFailures },
  thresholds: { failures: 0 },
  deductions: { critical: 30 },
  cap: 49,
  check({ counted }, { failures: most }) {
    return counted.flatMap(({ subject, failures, since }) => {
      if (failures <= most) return []
      return [
        {
          subject,
          severity: 'critical' as const,
          value: failures,
          unit: 'count' as const,
          summary: `${plural(failures, 'block')} of the ${subject} did not match ${failures === 1 ? 'its' : 'their'} checksum.`,
          evidence: { failures, since },
        },
      ]
    })
  },
})
