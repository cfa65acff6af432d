import { formatCount, formatRatio } from '../core/format.ts'
import { maybe } from '../core/given.ts'
import { type Holder, matters, nameHolder } from '../core/horizon.ts'
import { defineRule } from '../core/rule.ts'
import freezeStatus, { WRITES_STOP } from '../derived/freeze-status.ts'
import xminHorizon from '../derived/xmin-horizon.ts'
import { above } from './_grade.ts'

export default defineRule({
  name: 'wraparound',
  title: 'Transaction ids run out',
  doc: 'PostgreSQL numbers transactions with 31 bits. VACUUM must freeze old rows before the numbers come round again; when it does not get to it, the server refuses all writes to save the data. Multixact ids, which share row locks need, run out in the same way.',
  remedy:
    'End what keeps VACUUM from freezing, which the evidence names: an old transaction, a prepared transaction, a slot or a query on a standby. Then run VACUUM (FREEZE) on the oldest tables. In a template database VACUUM does it at once; template0 takes no connections and is left to autovacuum. Never end an autovacuum that is there to prevent wraparound.',
  needs: { status: freezeStatus, horizon: maybe(xminHorizon) },
  thresholds: { warning: 0.5, critical: 0.8 },
  deductions: { warning: 10, critical: 30 },
  cap: 49,
  check({ status, horizon = [] }, thresholds) {
    const holder = horizon.find((h) => !h.catalogs_only && matters(h as Holder))
    const oldest = status.filter((s) => s.table).sort((a, b) => b.used - a.used)[0]
    return status.flatMap((d) => {
      const severity = d.table ? undefined : above(d.used, thresholds)
      if (!severity) return []
      const age = d.kind === 'transaction' ? d.xid_age : d.multixact_age
      const held = holder ? ` VACUUM is held back by ${nameHolder(holder as Holder)}.` : ''
      return [
        {
          subject: d.subject,
          severity,
          value: d.used,
          unit: 'ratio' as const,
          summary: `The oldest ${d.kind} id of the ${d.subject} is ${formatCount(age)} back: ${formatRatio(d.used)} of the way until writes stop.${held}`,
          evidence: {
            xid_age: d.xid_age,
            multixact_age: d.multixact_age,
            limit: WRITES_STOP,
            oldest_table: d.current ? (oldest?.subject ?? null) : null,
            held_back_by: holder?.holder ?? null,
          },
        },
      ]
    })
  },
})
