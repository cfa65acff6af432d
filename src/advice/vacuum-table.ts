import { defineAdvice } from '../core/advice.ts'
import { formatBytes, formatCount, formatRatio } from '../core/format.ts'
import { maybe } from '../core/given.ts'
import { qualifiedName, shownName } from '../core/identifier.ts'
import tables from '../derived/tables.ts'
import xminHorizon from '../derived/xmin-horizon.ts'
import { horizonHolder } from './_horizon.ts'

export default defineAdvice({
  name: 'vacuum-table',
  title: 'Vacuum a table',
  doc: 'VACUUM removes dead rows, so that their space is used again and scans no longer read them. It blocks neither reads nor writes. Names who keeps it from working, if somebody does.',
  needs: { tables, horizon: maybe(xminHorizon) },
  thresholds: { rows: 10_000, ratio: 0.2 },
  recommend({ tables, horizon }, { rows, ratio }, { server }) {
    // A standby has no VACUUM of its own.
    if (server.role === 'standby') return []
    const holder = horizonHolder(horizon)
    return tables
      .filter((t) => t.dead >= rows && t.dead_ratio > ratio)
      .map((t) => {
        const name = qualifiedName(t.schema, t.table)
        const vacuum = `VACUUM (ANALYZE) ${name};`
        return {
          subject: shownName(t.schema, t.table),
          summary: `${shownName(t.schema, t.table)} holds ${formatCount(t.dead)} dead rows, ${formatRatio(t.dead_ratio)} of all${t.autovacuum_enabled ? '' : ', and autovacuum is off for it'}.`,
          evidence: {
            dead: t.dead,
            live: t.live,
            dead_ratio: t.dead_ratio,
            size: t.size,
            last_vacuum: t.last_vacuum,
            autovacuum_enabled: t.autovacuum_enabled,
            held_back_by: holder ?? null,
          },
          gain: `Room for about ${formatBytes(t.size * t.dead_ratio)} of new rows, and scans that read less`,
          risk: 'It reads the table and its indexes, which costs disk reads while it runs. The file rarely gets smaller.',
          confidence: holder ? ('low' as const) : horizon ? ('high' as const) : ('medium' as const),
          because: holder
            ? `VACUUM can not remove what died since the oldest open transaction began; that is held by ${holder}.`
            : horizon
              ? 'No old transaction, slot or standby holds dead rows back. The count of dead rows is an estimate.'
              : 'Whether an old transaction holds dead rows back could not be read. The count of dead rows is an estimate.',
          action: { name: 'vacuum', input: { schema: t.schema, table: t.table } },
          ...(t.autovacuum_enabled
            ? { sql: [vacuum] }
            : {
                sql: [vacuum, `ALTER TABLE ${name} RESET (autovacuum_enabled);`],
                undo: [`ALTER TABLE ${name} SET (autovacuum_enabled = off);`],
              }),
        }
      })
  },
})
