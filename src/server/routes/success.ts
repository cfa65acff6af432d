import { z } from 'zod'
import { successOf } from '../../capacity/success.ts'
import { parsePeriod } from '../../core/period.ts'
import { storeOf } from '../history-store.ts'
import { defineRoute, target, targetOf } from '../route.ts'

export default defineRoute({
  path: '/api/success',
  doc: 'The goals of operation over a period up to now: what was aimed at, what came of it, and the change against the period of the same length before. `met` and `actual` are null where the history does not say; time in which pgtend did not watch is unknown, neither up nor down. `watched` is the share of the period that it did. Times are epoch milliseconds.',
  answer:
    "{ from, to, watched, metrics: [{ name, title, unit, target, direction: 'below'|'above', actual: number|null, met: boolean|null, trend: number|null, errorBudget?: { total, spent, unit: 'seconds'|'count' }, note? }] }",
  query: z.strictObject({
    target,
    range: z
      .string()
      .refine(
        (text) => parsePeriod(text) !== undefined,
        'hours or days up to 90 days, such as 24h, 7d or 30d',
      )
      .default('30d')
      .describe('24h, 7d, 30d or any other number of hours or days up to 90 days'),
  }),
  handle({ query }, { monitor }) {
    const { id, capabilities } = targetOf(monitor, query.target)
    const to = Date.now()
    return successOf(storeOf(monitor), {
      target: id,
      ...(capabilities ? { database: capabilities.database } : {}),
      ...{ from: to - (parsePeriod(query.range) as number), to },
      tick: monitor.config.cadence.tick,
    })
  },
})
