import { z } from 'zod'
import { defineRoute, target, targetOf } from '../route.ts'

const DAY = 86_400_000
const LENGTHS = { '24h': DAY, '7d': 7 * DAY, '30d': 30 * DAY } as const

export default defineRoute({
  path: '/api/findings',
  doc: 'Findings that are open and those resolved within the range, worst and newest first.',
  answer:
    '{ findings: [{ key, rule, title, subject, severity, value, unit, summary, evidence, target, firstSeen, lastSeen, resolvedAt }] }',
  query: z.strictObject({
    target,
    range: z.enum(['24h', '7d', '30d']).default('7d').describe('24h, 7d or 30d'),
  }),
  async handle({ query }, { monitor }) {
    const { id } = targetOf(monitor, query.target)
    const since = Date.now() - LENGTHS[query.range]
    return { findings: (await monitor.store?.findings(id, since)) ?? [] }
  },
})
