import { z } from 'zod'
import type { Alerts } from '../../alert-service.ts'
import { AppError } from '../../core/errors.ts'
import { type Deps, defineRoute, type Route, target, targetOf } from '../route.ts'

const text = (most: number) => z.string().trim().min(1).max(most)
const nothing = z.strictObject({})
/** There is no login: whoever reaches the page is called so. */
const BY = 'dashboard'

const deskOf = ({ alerts }: Deps): Alerts => {
  if (!alerts) throw new AppError('no-store', 'alerts are kept in the history store')
  return alerts
}

const list = defineRoute({
  path: '/api/alerts',
  doc: 'Alerts of a target: what fires, what is pending, and what was resolved in the last seven days; silences; channels and how they fare. `dead` counts messages that were given up.',
  answer:
    "{ alerts: [{ id, target, key, rule, title, severity, state: 'pending'|'firing'|'resolved', since, firedAt?, resolvedAt?, acknowledgedBy?, silenced?: reason, summary, action }], silences: [{ id, match, reason, until, by }], channels: [{ name, kind, least, targets?, lastSentAt?, lastError?, waiting, dead }] }",
  query: z.strictObject({ target }),
  handle: ({ query }, deps) => deskOf(deps).overview(targetOf(deps.monitor, query.target).id),
})

const acknowledge = defineRoute({
  method: 'POST',
  path: '/api/alerts/:id/ack',
  doc: 'Somebody is at it: no reminders any more. Ends when the alert gets worse or is resolved.',
  answer: 'the alert, as in /api/alerts',
  query: nothing,
  body: nothing,
  handle: ({ params }, deps) => deskOf(deps).acknowledge(params.id ?? '', BY),
})

const silence = defineRoute({
  method: 'POST',
  path: '/api/silences',
  doc: 'No messages about what fits, for so many minutes. Body: `match` with at least one of `target` (id), `rule`, `key`; `*` stands for any text. What still fires when it ends is told then.',
  answer: '{ id, match, reason, until, by }',
  query: nothing,
  body: z.strictObject({
    match: z.strictObject({
      target: text(200).optional(),
      rule: text(200).optional(),
      key: text(1000).optional(),
    }),
    minutes: z.number().min(1).max(43_200),
    reason: text(500),
  }),
  handle: ({ body: { match, minutes, reason } }, deps) =>
    deskOf(deps).silence({ match: defined(match), minutes, reason, by: BY }),
})

const endSilence = defineRoute({
  method: 'POST',
  path: '/api/silences/:id/end',
  doc: 'Ends a silence now.',
  answer: '{ ok: true }',
  query: nothing,
  body: nothing,
  handle: async ({ params }, deps) => {
    await deskOf(deps).endSilence(params.id ?? '')
    return { ok: true }
  },
})

const test = defineRoute({
  method: 'POST',
  path: '/api/channels/:name/test',
  doc: 'Sends a test message at once. Answers 502 `channel-failed` with the reason when the channel did not take it.',
  answer: '{ ok: true }',
  query: nothing,
  body: nothing,
  handle: async ({ params }, deps) => {
    await deskOf(deps).test(params.name ?? '')
    return { ok: true }
  },
})

const retry = defineRoute({
  method: 'POST',
  path: '/api/channels/:name/retry',
  doc: 'Sends again what was given up for this channel.',
  answer: '{ letters: number }',
  query: nothing,
  body: nothing,
  handle: async ({ params }, deps) => ({ letters: await deskOf(deps).retry(params.name ?? '') }),
})

const suppressions = defineRoute({
  path: '/api/suppressions',
  doc: 'Findings of a target that somebody has decided to live with: they take nothing off the score and alert nobody, until they expire.',
  answer: '{ suppressions: [{ id, target, key, reason, by, until }] }',
  query: z.strictObject({ target }),
  handle: async ({ query }, deps) => ({
    suppressions: await deskOf(deps).suppressions(targetOf(deps.monitor, query.target).id),
  }),
})

const suppress = defineRoute({
  method: 'POST',
  path: '/api/suppressions',
  doc: 'Suppresses the finding with this key for so many days. /api/health lists it under `suppressed` while it is there.',
  answer: '{ id, target, key, reason, by, until }',
  query: nothing,
  body: z.strictObject({
    target,
    key: text(1000),
    reason: text(500),
    days: z.number().min(0.01).max(365),
  }),
  handle: ({ body: { target: id, key, reason, days } }, deps) =>
    deskOf(deps).suppress({ target: targetOf(deps.monitor, id).id, key, reason, days, by: BY }),
})

const endSuppression = defineRoute({
  method: 'POST',
  path: '/api/suppressions/:id/end',
  doc: 'Ends a suppression now: from the next cycle on the finding counts again.',
  answer: '{ ok: true }',
  query: nothing,
  body: nothing,
  handle: async ({ params }, deps) => {
    await deskOf(deps).endSuppression(params.id ?? '')
    return { ok: true }
  },
})

/** What the API says and does about alerts. */
export const alertRoutes: readonly Route[] = [
  list,
  acknowledge,
  silence,
  endSilence,
  test,
  retry,
  suppressions,
  suppress,
  endSuppression,
]

function defined(match: {
  target?: string | undefined
  rule?: string | undefined
  key?: string | undefined
}) {
  const { target: of, rule, key } = match
  return {
    ...(of === undefined ? {} : { target: of }),
    ...(rule === undefined ? {} : { rule }),
    ...(key === undefined ? {} : { key }),
  }
}
