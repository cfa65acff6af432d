import { plural } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import checksumFailures from '../derived/checksum-failures.ts'

export default defineRule({
  name: 'checksum-failures',
  title: 'Corrupt data',
  doc: 'Blocks read from disk did not match their checksum: disk, memory or driver have changed data. Part of the data is damaged. Counts since the statistics of the database were last reset. Where data checksums are off the rule can not be applied: damage goes unnoticed there, which the settings review says.',
  remedy:
    'Keep the last good backup safe from being rotated away. Take the server to other hardware, and restore what is damaged; the server’s log names the blocks.',
  needs: { databases: checksumFailures },
  thresholds: { failures: 0 },
  deductions: { critical: 30 },
  cap: 49,
  check({ databases }, { failures: most }) {
    return databases.flatMap(({ database, failures, since }) => {
      if (failures <= most) return []
      return [
        {
          subject: `database ${database}`,
          severity: 'critical' as const,
          value: failures,
          unit: 'count' as const,
          summary: `${plural(failures, 'block')} of the database ${database} did not match ${failures === 1 ? 'its' : 'their'} checksum.`,
          evidence: { failures, since },
        },
      ]
    })
  },
})
