import { formatCount, formatRatio } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import databases from '../probes/databases.ts'
import { above } from './_grade.ts'

/** Age at which the server refuses to hand out more ids: 2^31 less 3 million that it keeps (varsup.c, multixact.c). */
const LIMIT = 2 ** 31 - 3_000_000

export default defineRule({
  name: 'wraparound',
  title: 'Transaction ids run out',
  doc: 'PostgreSQL numbers transactions with 31 bits. VACUUM must freeze old rows before the numbers come round again; when it does not get to it, the server refuses all writes to save the data.',
  remedy:
    'Find what keeps VACUUM from freezing: an old transaction, a prepared transaction or a slot. Then run VACUUM (FREEZE) on the oldest tables. Never end an autovacuum that is there to prevent wraparound.',
  needs: { databases },
  thresholds: { warning: 0.5, critical: 0.8 },
  deductions: { warning: 10, critical: 30 },
  cap: 49,
  check({ databases }, thresholds) {
    return databases.flatMap((d) => {
      const age = Math.max(d.xid_age, d.multixact_age)
      const used = age / LIMIT
      const severity = above(used, thresholds)
      if (!severity) return []
      const kind = d.xid_age >= d.multixact_age ? 'transaction' : 'multixact'
      return [
        {
          subject: `database ${d.database}`,
          severity,
          value: used,
          unit: 'ratio' as const,
          summary: `The oldest ${kind} id of the database ${d.database} is ${formatCount(age)} back: ${formatRatio(used)} of the way until writes stop.`,
          evidence: { xid_age: d.xid_age, multixact_age: d.multixact_age, limit: LIMIT },
        },
      ]
    })
  },
})
