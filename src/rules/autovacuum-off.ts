import { formatCount } from '../core/format.ts'
import { maybe } from '../core/given.ts'
import { shownName } from '../core/identifier.ts'
import { type Breach, defineRule } from '../core/rule.ts'
import { generalOverride } from '../core/setting-override.ts'
import neglectedToast from '../derived/neglected-toast.ts'
import tables from '../derived/tables.ts'
import uncountedTables from '../derived/uncounted-tables.ts'
import { blindToUncounted } from './_uncounted.ts'

export default defineRule({
  name: 'autovacuum-off',
  title: 'Autovacuum is off',
  doc: 'Without autovacuum dead rows pile up, the planner works from old statistics, and in the end the server stops to save itself from transaction id wraparound.',
  remedy:
    'Switch it on again: ALTER SYSTEM SET autovacuum = on, or ALTER TABLE … RESET (autovacuum_enabled), or RESET (toast.autovacuum_enabled) for its TOAST table. Where it gets in the way, make it gentler or more frequent instead.',
  needs: { tables, uncounted: uncountedTables, toast: maybe(neglectedToast) },
  thresholds: { changes: 10_000 },
  deductions: { warning: 5, critical: 30 },
  cap: 49,
  check({ tables, toast = [] }, { changes: least }, { server }) {
    const { autovacuum } = server.settings
    // Set for the database alone autovacuum runs all the same, and the settings review tells of it.
    const here = generalOverride(server.overrides ?? [], 'track_counts')
    const track_counts = here ? undefined : server.settings.track_counts
    const off = autovacuum === 'off' ? 'autovacuum' : track_counts === 'off' ? 'track_counts' : undefined
    const breaches: Breach[] = []
    if (off) {
      breaches.push({
        subject: 'instance',
        severity: 'critical',
        value: 0,
        unit: 'none',
        summary: `${off} is off for the whole server${off === 'track_counts' ? ', so autovacuum does nothing' : ''}.`,
        evidence: { autovacuum: autovacuum ?? null, track_counts: track_counts ?? null },
      })
    }
    for (const t of tables) {
      const changes = Math.max(t.changed_since_analyze, t.dead)
      if (t.autovacuum_enabled || changes <= least) continue
      breaches.push({
        subject: shownName(t.schema, t.table),
        severity: 'warning',
        value: changes,
        unit: 'count',
        summary: `Autovacuum is off for ${shownName(t.schema, t.table)}, where ${formatCount(changes)} rows have changed without it.`,
        evidence: {
          changed_since_analyze: t.changed_since_analyze,
          dead: t.dead,
          last_vacuum: t.last_vacuum,
          last_analyze: t.last_analyze,
        },
      })
    }
    for (const { schema, table, own, live, dead, last_vacuum } of toast) {
      if (dead === null || dead <= least) continue
      breaches.push({
        subject: `${shownName(schema, table)} TOAST`,
        severity: 'warning',
        value: dead,
        unit: 'count',
        summary: `Autovacuum is off for the TOAST table of ${shownName(schema, table)}, where ${formatCount(dead)} dead rows wait for it.`,
        evidence: {
          parameter: own ? 'toast.autovacuum_enabled' : 'autovacuum_enabled',
          live,
          dead,
          last_vacuum,
        },
      })
    }
    return breaches
  },
  blindTo: ({ uncounted }) => blindToUncounted(uncounted),
})
