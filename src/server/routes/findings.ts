import { z } from 'zod'
import { withSuppressions } from '../../core/suppressed.ts'
import { defineRoute, target, targetOf } from '../route.ts'

const DAY = 86_400_000
const LENGTHS = { '24h': DAY, '7d': 7 * DAY, '30d': 30 * DAY } as const

export default defineRoute({
  path: '/api/findings',
  doc: 'Findings that are open and those resolved within the range, worst and newest first. `verified-fixed`: a run addressed it, and the next look at the same facts found it gone (`fixedBy`); `gone`: by no run; `reopened`: still found after a run that was to fix it (`triedBy`); `returned`: found again after it was fixed (`returnedAfter`). `suppression`: somebody decided to live with it, so it does not count.',
  answer:
    '{ findings: [{ key, rule, title, subject, severity, value, unit, summary, evidence, target, firstSeen, lastSeen, resolvedAt, outcome, suppression?: { key, reason, by, until }, fixedBy?: { run, action, summary, by, from, at, ok, detail, before, after }, triedBy?, returnedAfter? }] }',
  query: z.strictObject({
    target,
    range: z.enum(['24h', '7d', '30d']).default('7d').describe('24h, 7d or 30d'),
  }),
  async handle({ query }, { monitor, alerts }) {
    const { id } = targetOf(monitor, query.target)
    const since = Date.now() - LENGTHS[query.range]
    const [records = [], suppressions = []] = await Promise.all([
      monitor.store?.findings(id, since),
      alerts?.suppressions(id),
    ])
    return { findings: withSuppressions(records, suppressions) }
  },
})
