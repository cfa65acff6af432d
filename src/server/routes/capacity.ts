import { z } from 'zod'
import { capacityOf } from '../../capacity/capacity.ts'
import { storeOf } from '../history-store.ts'
import { defineRoute, target, targetOf } from '../route.ts'

export default defineRoute({
  path: '/api/capacity',
  doc: 'How the database, its largest tables, its connections and its transaction ids grow, in three and six months, and when a limit is reached: each with an interval that holds the truth 95 times in 100. Null where the history allows no forecast; `note` says why. Times are epoch milliseconds.',
  answer:
    "{ at, subjects: [{ kind: 'database'|'table'|'connections'|'transaction-ids', name, unit: 'bytes'|'count', current, perDay: { low, mid, high }|null, in3Months, in6Months, limit, limitReached: { earliest, expected, latest }|null, note?, history: { at: [], values: [] } }] }",
  query: z.strictObject({ target }),
  handle({ query }, { monitor }) {
    const { id, name, capabilities } = targetOf(monitor, query.target)
    return capacityOf(storeOf(monitor), {
      target: id,
      database: capabilities?.database ?? name,
      storageLimit: monitor.config.limits.storage,
      now: Date.now(),
    })
  },
})
