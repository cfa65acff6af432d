import { plural } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import databases from '../probes/databases.ts'

export default defineRule({
  name: 'checksum-failures',
  title: 'Corrupt data',
  doc: 'Blocks read from disk did not match their checksum: disk, memory or driver have changed data. Part of the data is damaged. Counts since the statistics of the database were last reset.',
  remedy:
    'Keep the last good backup safe from being rotated away. Take the server to other hardware, and restore what is damaged; the server’s log names the blocks.',
  needs: { databases },
  thresholds: { failures: 0 },
  deductions: { critical: 30 },
  cap: 49,
  check({ databases }, { failures: most }) {
    return databases.flatMap((d) => {
      const failures = d.checksum_failures ?? 0
      if (failures <= most) return []
      return [
        {
          subject: `database ${d.database}`,
          severity: 'critical' as const,
          value: failures,
          unit: 'count' as const,
          summary: `${plural(failures, 'block')} of the database ${d.database} did not match ${failures === 1 ? 'its' : 'their'} checksum.`,
          evidence: { failures, since: d.stats_reset },
        },
      ]
    })
  },
})
