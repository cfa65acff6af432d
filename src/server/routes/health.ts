import { z } from 'zod'
import { defineRoute, target, targetOf } from '../route.ts'

export default defineRoute({
  path: '/api/health',
  doc: 'Score, status and what they rest on: deductions, findings, what could not be judged and what would be worth doing. `worst` is the score if all that could not be judged were as bad as can be: where it is below 80, the status of a score of 80 and more is `unknown`. Without a first cycle score is null and status `unknown`; while the server is unreachable the last answer stays, dated by `at`.',
  answer:
    '{ target, connection, since, error?, at, score, status, worst, coverage, cap?: { rule, title, at }, deductions, findings, suppressed?: [{ …, suppression: { key, reason, by, until } }], unknown, opportunities }',
  query: z.strictObject({ target }),
  handle({ query }, { monitor }) {
    const { id, connection, since, error, at, health, opportunities } = targetOf(monitor, query.target)
    const judged = health ?? NOTHING_KNOWN
    return {
      ...{ target: id, connection, since, error, at: at ?? null },
      ...judged,
      opportunities,
    }
  },
})

const NOTHING_KNOWN = {
  score: null,
  status: 'unknown',
  worst: 0,
  coverage: 0,
  deductions: [],
  findings: [],
  unknown: [],
} as const
