/** Growth and goals of the stand-in's troubled target. */
import { GIB, MIB, NOW } from './measures.ts'

const DAY = 86_400_000
const days = (n: number, first: number, perDay: number) => ({
  at: Array.from({ length: n }, (_, i) => NOW - (n - i) * DAY),
  values: Array.from({ length: n }, (_, i) => first + i * perDay + Math.sin(i / 2) * perDay * 0.4),
})
const around = (mid: number, share: number) => ({ low: mid * (1 - share), mid, high: mid * (1 + share) })

export const SUBJECTS = [
  {
    ...{
      kind: 'database',
      name: 'wedsync',
      unit: 'bytes',
      current: 2.4 * GIB,
      perDay: around(12 * MIB, 0.2),
    },
    ...{ in3Months: around(3.5 * GIB, 0.08), in6Months: around(4.55 * GIB, 0.12), limit: 5 * GIB },
    limitReached: { earliest: NOW + 170 * DAY, expected: NOW + 221 * DAY, latest: NOW + 290 * DAY },
    history: days(64, 1.66 * GIB, 12 * MIB),
  },
  {
    ...{
      kind: 'connections',
      name: 'connections',
      unit: 'count',
      current: 31,
      perDay: around(0.02, 3),
      limit: 97,
    },
    ...{
      in3Months: { low: 28, mid: 33, high: 37 },
      in6Months: { low: 26, mid: 35, high: 44 },
      limitReached: null,
    },
    history: days(64, 30, 0.02),
  },
  {
    ...{
      kind: 'table',
      name: 'public.activity_logs',
      unit: 'bytes',
      current: 474 * MIB,
      perDay: around(7 * MIB, 0.1),
    },
    ...{
      in3Months: around(1.1 * GIB, 0.05),
      in6Months: around(1.7 * GIB, 0.08),
      limit: null,
      limitReached: null,
    },
    history: days(64, 30 * MIB, 7 * MIB),
  },
  {
    ...{
      kind: 'table',
      name: 'public.invoices',
      unit: 'bytes',
      current: 9 * MIB,
      perDay: null,
      in3Months: null,
    },
    ...{ in6Months: null, limit: null, limitReached: null, history: days(3, 8 * MIB, 0.1 * MIB) },
    note: 'No forecast yet: it takes 7 days of history, and there are 3.',
  },
]

const metric = (name: string, title: string, unit: string, direction: string, more: object) => ({
  ...{ name, title, unit, direction, trend: null },
  ...more,
})

export const METRICS = [
  metric('p95', 'P95 response time', 'seconds', 'below', {
    target: 0.5,
    actual: 0.042,
    met: true,
    trend: -0.006,
  }),
  metric('availability', 'Availability', 'ratio', 'above', {
    ...{ target: 0.999, actual: 0.9984, met: false, trend: -0.0011 },
    errorBudget: { total: 604, spent: 968, unit: 'seconds' },
  }),
  metric('pool', 'Connections in use', 'ratio', 'below', {
    target: 0.7,
    actual: 0.64,
    met: true,
    trend: 0.08,
  }),
  metric('cache-hit', 'Cache hit ratio', 'ratio', 'above', {
    target: 0.95,
    actual: 0.991,
    met: true,
    trend: 0,
  }),
  metric('bloat', 'Table bloat', 'ratio', 'below', { target: 0.2, actual: 0.12, met: true }),
  metric('backups', 'Backups that succeeded', 'ratio', 'above', {
    ...{ target: 1, actual: 0.994, met: false, trend: -0.006 },
    errorBudget: { total: 0, spent: 1, unit: 'count' },
  }),
  metric('recovery', 'Time to restore', 'seconds', 'below', {
    ...{ target: 3600, actual: null, met: null },
    note: 'No restore was measured in this period.',
  }),
]
