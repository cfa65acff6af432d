import type { RecoveryStatus } from '../api/upkeep-types.ts'
import type { Tone } from '../ui/badge.tsx'

export const RECOVERY_STATES: Record<RecoveryStatus, readonly [Tone, string]> = {
  running: ['info', 'Running'],
  recovered: ['ok', 'Recovered'],
  'not-recovered': ['warning', 'Not recovered'],
  failed: ['critical', 'Failed'],
  interrupted: ['warning', 'Interrupted'],
}
