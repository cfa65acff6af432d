import { formatBytes, formatRatio } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import storage from '../derived/storage.ts'
import { above } from './_grade.ts'

export default defineRule({
  name: 'storage-near-limit',
  title: 'Storage near the limit',
  doc: 'The database against the limit set as limits.storage. At the limit of its disk or plan PostgreSQL stops, or the host makes it read-only. Says nothing where no limit is set.',
  remedy:
    'Delete or archive old rows of the largest tables, drop indexes that nobody uses, or buy more room before it is needed.',
  needs: { storage },
  thresholds: { warning: 0.8, critical: 0.9 },
  deductions: { warning: 20, critical: 30 },
  check({ storage: [s] }, thresholds) {
    if (!s || s.used === null || s.limit === null) return []
    const severity = above(s.used, thresholds)
    if (!severity) return []
    return [
      {
        subject: 'database',
        severity,
        value: s.used,
        unit: 'ratio',
        summary: `The database takes ${formatBytes(s.database)} of ${formatBytes(s.limit)} (${formatRatio(s.used)}).`,
        evidence: { database: s.database, limit: s.limit, wal: s.wal, temp: s.temp },
      },
    ]
  },
})
