export type {
  Capacity as CapacityAnswer,
  CapacitySubject,
  Interval,
  Success as SuccessAnswer,
  SuccessMetric,
} from '../../core/capacity.ts'

/** How far back the success metrics look. */
export type SuccessRange = '24h' | '7d' | '30d'
