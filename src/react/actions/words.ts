import type { Actor } from '../../core/action.ts'
import type { ActionRef, Risk, Run, RunStatus } from '../api/action-types.ts'
import type { Tone } from '../ui/badge.tsx'

const VERBS: Readonly<Record<string, string>> = {
  vacuum: 'Vacuum',
  analyze: 'Analyze',
  'vacuum-full': 'Rewrite',
  'reindex-concurrently': 'Reindex',
  'drop-invalid-index': 'Drop',
  'drop-index': 'Drop',
  'create-index-concurrently': 'Create index on',
  'cancel-backend': 'Cancel the statement of',
  'terminate-backend': 'End',
  undo: 'Take back a run',
}

/** What an action is done to, as a person would name it: `public.orders`, `PID 4711`. */
export function objectOf({ input }: Pick<ActionRef, 'input'>): string | undefined {
  const { schema = 'public', pid } = input
  const name = input.index ?? input.table
  if (name !== undefined) return `${schema}.${name}`
  return pid === undefined ? undefined : `PID ${pid}`
}

/** The act in a few words: `Vacuum public.orders`. For a button, and for what is running. */
export function actOf(action: ActionRef): string {
  const verb = VERBS[action.name]
  const object = objectOf(action)
  return `${verb ?? sentence(action.name.replaceAll('-', ' '))}${object ? ` ${object}` : ''}`
}

export const actOfRun = ({ plan }: Pick<Run, 'plan'>): string =>
  plan.action === 'undo' ? plan.summary : actOf({ name: plan.action, input: plan.input })

/** Whether a run has kept how it is taken back; what was itself taken back is run anew instead. */
export const isUndoable = ({ status, plan }: Pick<Run, 'status' | 'plan'>): boolean =>
  status === 'done' && plan.action !== 'undo' && plan.steps.some((step) => (step.undo ?? []).length > 0)

export const RISKS: Record<Risk, readonly [Tone, string]> = {
  safe: ['ok', 'Blocks nobody'],
  locks: ['warning', 'Others may wait'],
  destructive: ['critical', 'Destructive'],
}

/** Names of preconditions and measures are written for the middle of a sentence. */
export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

export const STATES: Record<RunStatus, readonly [Tone, string]> = {
  running: ['info', 'Running'],
  done: ['ok', 'Done'],
  failed: ['critical', 'Failed'],
  cancelled: ['unknown', 'Cancelled'],
  refused: ['warning', 'Refused'],
  interrupted: ['warning', 'Interrupted'],
}

/** Who wanted it. */
export function actorOf({ actor }: { readonly actor: Actor }): string {
  if (actor.kind === 'schedule') return 'by the schedule'
  return actor.kind === 'policy' ? `by policy ${actor.name}` : `by ${actor.name}`
}
