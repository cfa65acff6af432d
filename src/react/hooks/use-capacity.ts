import type { CapacityAnswer, SuccessAnswer, SuccessRange } from '../api/capacity-types.ts'
import { useTargetData } from './use-target-data.ts'

const PACE = 300_000

/** How the selected target grows and when it reaches its limits. It moves by the day. */
export const useCapacity = () => useTargetData<CapacityAnswer>('capacity', '/api/capacity', { every: PACE })

/** The goals of operation over a range, and what came of them. */
export const useSuccess = (range: SuccessRange) =>
  useTargetData<SuccessAnswer>('success', '/api/success', { parameters: { range }, every: PACE })
