import { mendedBy } from '../../core/mended.ts'
import type { Mended } from '../api/types.ts'
import { useFindingRecords } from './use-finding-records.ts'

/** What the records of the last seven days say of the findings that a run was to mend. */
export const useMended = (run: string): readonly Mended[] =>
  mendedBy(run, useFindingRecords().data?.findings ?? [])
