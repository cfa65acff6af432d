import type { SuccessMetric } from '../core/capacity.ts'

export type Goal = Pick<SuccessMetric, 'name' | 'title' | 'unit' | 'target' | 'direction'>

/** What counts as success (SPEC C3). `above` takes in the target itself. */
export const GOALS = {
  p95: { name: 'p95', title: 'Query time, P95', unit: 'seconds', target: 0.5, direction: 'below' },
  availability: {
    name: 'availability',
    title: 'Availability',
    unit: 'ratio',
    target: 0.999,
    direction: 'above',
  },
  connections: {
    name: 'connections',
    title: 'Connections in use, on average',
    unit: 'ratio',
    target: 0.7,
    direction: 'below',
  },
  cacheHit: { name: 'cache-hit', title: 'Cache hit ratio', unit: 'ratio', target: 0.95, direction: 'above' },
  deadRows: {
    name: 'dead-rows',
    title: 'Bloat by dead rows',
    unit: 'ratio',
    target: 0.2,
    direction: 'below',
  },
  backups: { name: 'backups', title: 'Backups that succeeded', unit: 'ratio', target: 1, direction: 'above' },
  recovery: {
    name: 'recovery',
    title: 'Longest recovery',
    unit: 'seconds',
    target: 3600,
    direction: 'below',
  },
} as const satisfies Record<string, Goal>

/** Whether a value is on the right side of the target. */
export const isMet = ({ direction, target }: Goal, actual: number): boolean =>
  direction === 'below' ? actual < target : actual >= target
