import type { Action, Query, Run } from '../core/action.ts'
import { AppError } from '../core/errors.ts'
import type { Ledger } from '../core/ledger.ts'
import { findRun } from './find-run.ts'
import { runOf } from './list-runs.ts'
import { findAction } from './planner.ts'

export const UNDO = 'undo'

/**
 * Takes back a recorded run: an action like any other, with hash, preconditions, clean-up and audit. What it runs comes
 * from the record and from what is there now, never from who asks; who asks only names the run.
 */
export function undoAction(ledger: Ledger, actions: readonly Action[], target: string): Action {
  const undone = async (id: unknown) => {
    const run = runOf((await findRun(ledger, String(id))).value)
    if (run.plan.target !== target)
      throw new AppError('unknown-run', `run ${run.id} was on ${run.plan.target}, not on ${target}`)
    return { run, how: howOf(actions, run) }
  }
  return {
    name: UNDO,
    title: 'Take back a run',
    doc: 'Plans what a recorded run keeps as its undo, from what is in the database now.',
    needs: 'owner of the table',
    input: { run: { type: 'text', help: 'Id of the run' } },
    async plan(query, input, context) {
      const { run, how } = await undone(input.run)
      const draft = await how.plan(query, run, context)
      return { ...draft, summary: `${draft.summary}: takes back "${run.plan.summary}"` }
    },
    async verify(query: Query, input, plan) {
      return (await undone(input.run)).how.verify(query, plan)
    },
  }
}

function howOf(actions: readonly Action[], { plan, status }: Run): NonNullable<Action['undo']> {
  if (plan.action === UNDO)
    throw new AppError('nothing-to-undo', `"${plan.summary}" took something back itself: run that anew`)
  if (status !== 'done')
    throw new AppError('nothing-to-undo', `"${plan.summary}" has not been done: ${status}`)
  const { undo } = findAction(actions, plan.action)
  const recorded = plan.steps.some((step) => (step.undo ?? []).length > 0)
  if (!undo || !recorded)
    throw new AppError('nothing-to-undo', `"${plan.summary}" changed nothing that can be taken back`)
  return undo
}
