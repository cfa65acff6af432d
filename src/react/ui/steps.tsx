import { formatCount } from '../../core/format.ts'
import { Icon } from './icon.tsx'
import css from './steps.module.css'

export interface StepsProps<S extends string> {
  /** What goes on, for screen readers. */
  readonly label: string
  /** In their order, with what each does. */
  readonly steps: readonly (readonly [S, string])[]
  readonly now: { readonly step: S; readonly done: number; readonly total?: number }
}

/** How far something with several steps is. */
export function Steps<S extends string>({ label, steps, now }: StepsProps<S>) {
  const at = steps.findIndex(([step]) => step === now.step)
  return (
    <ol className={css.steps} aria-label={label} aria-live="polite" aria-busy="true">
      {steps.map(([step, does], i) => {
        const state = i < at ? 'done' : i === at ? 'now' : 'next'
        return (
          <li key={step} data-state={state} aria-current={state === 'now' ? 'step' : undefined}>
            <span className={css.dot} data-state={state}>
              {state === 'done' && <Icon name="ok" size={12} />}
            </span>
            <span>{does}</span>
            {state === 'now' && now.total !== undefined && now.total > 0 && (
              <small aria-hidden="true">
                {formatCount(Math.floor(now.done))} of {formatCount(Math.ceil(now.total))}
              </small>
            )}
          </li>
        )
      })}
    </ol>
  )
}
