import { formatBytes, formatSeconds } from '../../core/format.ts'
import type { FactRows } from '../api/rows.ts'
import { useFacts } from '../hooks/use-facts.ts'
import { FactsState } from '../ui/facts-state.tsx'
import { Notice } from '../ui/notice.tsx'
import css from './replication-widget.module.css'
import { Slots } from './slots.tsx'
import { Subscriptions } from './subscriptions.tsx'
import { Trend } from './trend.tsx'
import { Widget } from './widget.tsx'

const RULES = [
  'replication-lag',
  'replication-broken',
  'standby-gone',
  'slot-retains-wal',
  'slot-inactive',
  'sync-standby-missing',
  'subscription-failing',
  'subscription-conflicts',
]

type Row = FactRows['replication-status']

/** Standbys and how far they are behind, slots, and subscriptions. */
export function ReplicationWidget() {
  const status = useFacts('replication-status')
  return (
    <Widget title="Replication" rules={RULES} id="replication">
      <FactsState query={status} what="Replication" lines={3}>
        {(rows) =>
          rows.length === 0 ? (
            <Notice tone="info" title="No replication">
              No standby is connected to this server, and it is not a standby itself.
            </Notice>
          ) : (
            <>
              <ul className={css.list}>
                {rows.map((r) => (
                  <li key={`${r.side}/${r.standby}`}>
                    <p className={css.name}>
                      <b>{r.side === 'standby' ? 'This server is a standby' : r.standby}</b>
                      <span>
                        {[
                          r.state === 'not connected' ? 'nobody reads it' : r.state,
                          r.sync,
                          r.paused ? 'replay paused' : undefined,
                        ]
                          .filter(Boolean)
                          .join(' · ')}
                      </span>
                    </p>
                    <p className={css.lag}>
                      <b>{lagOf(r)}</b>
                      <span>
                        {r.lag_bytes === null
                          ? 'lag in bytes not known'
                          : `${formatBytes(r.lag_bytes)} behind`}
                        {r.flush_bytes && r.flush_bytes !== r.lag_bytes
                          ? ` · ${formatBytes(r.flush_bytes)} not on its disk`
                          : ''}
                      </span>
                    </p>
                  </li>
                ))}
              </ul>
              <Trend metric="replication-status.lag_seconds" unit="seconds" name="Lag" />
            </>
          )
        }
      </FactsState>
      <Slots />
      <Subscriptions />
    </Widget>
  )
}

/** PostgreSQL gives no time once a standby has caught up; that is no lag, and not "unknown". */
function lagOf(row: Row): string {
  if (row.state === 'not connected') return 'not connected'
  if (row.lag_seconds !== null) return formatSeconds(row.lag_seconds)
  return row.lag_bytes === 0 ? 'caught up' : '–'
}
