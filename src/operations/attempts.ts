import type { Run } from '../core/action.ts'
import type { Change } from '../core/ledger.ts'
import type { Attempt } from '../core/mending.ts'

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
