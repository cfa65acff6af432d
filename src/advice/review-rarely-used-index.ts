import { defineAdvice } from '../core/advice.ts'
import { formatBytes, formatCount, formatSeconds } from '../core/format.ts'
import { maybe } from '../core/given.ts'
import { shownName } from '../core/identifier.ts'
import duplicateIndexes from '../derived/duplicate-indexes.ts'
import rarelyUsedIndexes from '../derived/rarely-used-indexes.ts'

const DAY = 86_400

export default defineAdvice({
  name: 'review-rarely-used-index',
  title: 'Look at a rarely used index',
  doc: 'A large index that is written to all the time and hardly ever scanned may cost more than it gives. What it gives is not known here, so it is only pointed out: a monthly report may need it badly.',
  needs: { rare: rarelyUsedIndexes, duplicates: maybe(duplicateIndexes) },
  // Beyond the "low scans, high writes" of pgExperts' unused_indexes.sql, which lists all with more than one write a scan.
  thresholds: { days: 14, size: 100 * 1024 ** 2, writes_per_scan: 1000, scans_per_day: 10 },
  recommend({ rare, duplicates = [] }, { days, size, writes_per_scan, scans_per_day }, { server }) {
    if (server.role === 'standby') return []
    const told = new Set(duplicates.map((d) => d.oid))
    return rare
      .filter((i) => i.seconds >= days * DAY && i.size >= size && !told.has(i.oid))
      .filter((i) => i.writes_per_scan >= writes_per_scan && i.scans / (i.seconds / DAY) <= scans_per_day)
      .map((i) => ({
        subject: `index ${shownName(i.schema, i.index)}`,
        summary: `The index ${shownName(i.schema, i.index)} on ${i.table} (${formatBytes(i.size)}) was scanned ${formatCount(i.scans)} times in ${formatSeconds(i.seconds)} and written to ${formatCount(i.writes)} times.`,
        evidence: {
          table: shownName(i.schema, i.table),
          size: i.size,
          scans: i.scans,
          writes: i.writes,
          writes_per_scan: i.writes_per_scan,
        },
        gain: `${formatBytes(i.size)} of disk, and less work for each write to ${i.table}, if it can go`,
        risk: 'The queries that do use it would read the table from end to end. Standbys may use it more often.',
        confidence: 'low' as const,
        because: 'Scans and writes are counted; how much a scan by it saves is not.',
      }))
  },
})
