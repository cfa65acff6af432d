import { formatBytes, formatRatio } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import storage from '../derived/storage.ts'
import { above } from './_grade.ts'

export default defineRule({
  name: 'storage-near-limit',
  title: 'Storage near the limit',
  doc: 'The database against the limit set as limits.storage. At the limit of its disk or plan PostgreSQL stops, or the host makes it read-only. Says nothing where no limit is set. From 95 % on, where Supabase makes a database read-only, it is a fatal state.',
  remedy:
    'Delete or archive old rows of the largest tables, drop indexes that nobody uses, or buy more room before it is needed.',
  needs: { storage },
  thresholds: { warning: 0.8, critical: 0.9, fatal: 0.95 },
  deductions: { warning: 20, critical: 30 },
  cap: 49,
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
        fatal: s.used >= thresholds.fatal,
      },
    ]
  },
})
