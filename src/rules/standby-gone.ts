import { plural } from '../core/format.ts'
import { pair } from '../core/given.ts'
import { type Breach, defineRule } from '../core/rule.ts'
import type { Row } from '../core/table.ts'
import replication from '../probes/replication.ts'

type Sender = Row<typeof replication>

/** Workers that copy one table of a subscription and end (tablesync.c). */
const TABLE_COPY = /^pg_\d+_sync_\d+_\d+$/

/** How many receivers of each name follow; what pg_basebackup sends for, WAL alongside too, ends by itself. */
function followers(senders: readonly Sender[]): Map<string, Sender[]> {
  const copying = new Set(senders.filter((s) => s.state === 'backup').map((s) => s.application))
  const following = senders.filter((s) => !copying.has(s.application) && !TABLE_COPY.test(s.application))
  return Map.groupBy(following, (s) => s.application)
}

export default defineRule({
  name: 'standby-gone',
  title: 'Standby gone',
  doc: 'A standby, or another receiver of WAL, was connected at the look before and is not now. Until it is back it gets older, and a failover to it loses what it has not received; its slot keeps WAL for it. It is told by the look that misses it, and by no other: afterwards see the slots without a reader.',
  remedy:
    'See whether the standby runs and what its log says: network, password, pg_hba.conf, a full disk. If it was taken away for good, drop its slot with pg_drop_replication_slot.',
  needs: { replication: pair(replication) },
  thresholds: {},
  deductions: { warning: 5 },
  check({ replication: { now, before } }) {
    const present = followers(now)
    return [...followers(before)].flatMap(([application, then]): Breach[] => {
      const gone = then.length - (present.get(application)?.length ?? 0)
      const [last] = then
      if (gone <= 0 || !last) return []
      const name = application || '(no name)'
      const many =
        gone === 1 ? `The standby ${name} has` : `${plural(gone, 'standby', 'standbys')} named ${name} have`
      return [
        {
          subject: `standby ${name}`,
          severity: 'warning',
          value: gone,
          unit: 'count',
          summary: `${many} gone since the look before.`,
          evidence: {
            client: last.client,
            state: last.state,
            sync: last.sync_state,
            connected: last.backend_age,
            flush_bytes: last.flush_bytes,
          },
        },
      ]
    })
  },
})
