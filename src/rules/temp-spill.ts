import { formatBytes, formatSeconds } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import databaseRates from '../derived/database-rates.ts'
import { above } from './_grade.ts'

export default defineRule({
  name: 'temp-spill',
  title: 'Sorts and hashes spill to disk',
  doc: 'Statements sort or hash more than work_mem holds, and write the rest to temporary files, between the last two samples. They are slower by it, and a large one can fill the disk.',
  remedy:
    'Find the statements (temporary blocks in the query performance view): an index often saves the sort. Else raise work_mem for the role or the session that needs it, not for all; temp_file_limit guards the disk.',
  needs: { rates: databaseRates },
  thresholds: { warning: 10 * 1024 ** 2, critical: 100 * 1024 ** 2 },
  deductions: { warning: 3, critical: 5 },
  check({ rates }, thresholds) {
    return rates.flatMap((d) => {
      const severity = d.current ? above(d.temp, thresholds) : undefined
      if (!severity) return []
      return [
        {
          subject: `database ${d.database}`,
          severity,
          value: d.temp,
          unit: 'bytes_per_second' as const,
          summary: `The database ${d.database} wrote ${formatBytes(d.temp * d.window)} of temporary files over the last ${formatSeconds(d.window)}.`,
          evidence: { temp: d.temp, window: d.window },
        },
      ]
    })
  },
})
