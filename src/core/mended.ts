import type { FindingOutcome } from './mending.ts'
import type { FindingRecord } from './store.ts'

/** A finding that a run was to mend, and what came of it. */
export interface Mended {
  readonly key: string
  readonly title: string
  readonly subject: string
  /** `returned`: it was fixed, and has come back since. */
  readonly outcome: Extract<FindingOutcome, 'verified-fixed' | 'reopened' | 'returned'>
}

/** What the records of findings say of a run. Empty as long as nothing has been looked at since. */
export function mendedBy(run: string, records: readonly FindingRecord[]): Mended[] {
  return records.flatMap((record): Mended[] => {
    const { key, title, subject, fixedBy, triedBy } = record
    if (fixedBy?.run !== run)
      return triedBy?.run === run ? [{ key, title, subject, outcome: 'reopened' }] : []
    const back = records.some((r) => r.key === key && r.returnedAfter?.run === run)
    return [{ key, title, subject, outcome: back ? 'returned' : 'verified-fixed' }]
  })
}
