import { formatSeconds, plural } from '../../core/format.ts'
import type { FactRows } from '../api/rows.ts'
import { useFacts } from '../hooks/use-facts.ts'
import { DataTable } from '../ui/data-table.tsx'
import { FactsState } from '../ui/facts-state.tsx'
import css from './widget.module.css'

/** Logical replication into this server; nothing where there is none, and on a standby. */
export function Subscriptions() {
  const subscriptions = useFacts('subscription-status')
  const { data } = subscriptions
  if (data?.ok ? data.rows.length === 0 : data?.reason === 'pending' || data?.reason === 'unsupported')
    return null
  return (
    <section className={css.section}>
      <h3>Subscriptions</h3>
      <FactsState query={subscriptions} what="Subscriptions" lines={2}>
        {(rows) => (
          <DataTable
            caption="Logical subscriptions"
            rows={rows}
            rowKey={(s) => `${s.database}/${s.subscription}`}
            columns={[
              { name: 'Subscription', render: (s) => `${s.subscription} (${s.database})` },
              { name: 'State', render: stateOf },
              {
                name: 'Last message',
                numeric: true,
                render: (s) => (s.message_age === null ? '–' : `${formatSeconds(s.message_age)} ago`),
              },
            ]}
          />
        )}
      </FactsState>
    </section>
  )
}

function stateOf({ state, errors, conflicts }: FactRows['subscription-status']): string {
  return [state, errors ? 'failing' : undefined, conflicts ? plural(conflicts, 'conflict') : undefined]
    .filter(Boolean)
    .join(', ')
}
