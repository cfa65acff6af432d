import type { Run } from '../core/action.ts'
import type { Change } from '../core/ledger.ts'
import { type Attempt, addressedBy } from '../core/mending.ts'
import type { Runbook, RunbookPlan, RunbookRun } from '../core/runbook.ts'

/**
 * What a run that has ended was to mend, one entry for each finding. The store's next look at a finding consumes its
 * entry and writes on the finding's record what came of it. Times are the watched server's: only there does "measured
 * after it" mean anything.
 */
export function attemptsOf(run: Run): Change<Attempt>[] {
  const { id, plan, actor, status, startedAt, endedAt, verification } = run
  const { addresses = [], action, summary, before, target } = plan
  if (status !== 'done' || endedAt === undefined || verification?.at === undefined) return []
  const { ok, detail, after, at } = verification
  const from = at - (endedAt - startedAt)
  return addresses.map((key) => ({
    ...{ kind: 'attempt', id: `${id}/${key}`, target, at, version: 0 },
    value: { key, run: id, action, summary, by: actor.name, from, at, ok, detail, before, after },
  }))
}

/** What a recovery that was measured was to mend as a whole: the same, with the runbook in the place of the action. */
export function attemptsOfRecovery(
  run: RunbookRun,
  { mends = [] }: Pick<Runbook, 'mends'>,
  { about = [], measures: before }: Pick<RunbookPlan, 'about' | 'measures'>,
): Change<Attempt>[] {
  const { id, runbook, title, actor, target, startedAt, endedAt, verification } = run
  if (endedAt === undefined || verification?.at === undefined) return []
  const { ok, detail, after, at } = verification
  const mending = { run: id, action: runbook, summary: title, by: actor.name, ok, detail, before, after }
  return addressedBy(mends, { subjects: [], about }).map((key) => ({
    ...{ kind: 'attempt', id: `${id}/${key}`, target, at, version: 0 },
    value: { key, ...mending, from: at - (endedAt - startedAt), at },
  }))
}
