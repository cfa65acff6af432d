import { Switch } from 'radix-ui'
import { useId } from 'react'
import type { DemoFault } from '../api/types.ts'
import css from './demo-panel.module.css'

export interface FaultSwitchProps {
  readonly fault: DemoFault
  /** Show what it does, not only to screen readers. */
  readonly explained: boolean
  readonly onSwitch: (on: boolean) => void
}

/** One fault of the demo as a switch. */
export function FaultSwitch({ fault, explained, onSwitch }: FaultSwitchProps) {
  const { title, doc, on, busy, error } = fault
  const id = useId()
  return (
    <div className={css.fault} data-on={on}>
      <Switch.Root
        id={id}
        className={css.switch}
        checked={on}
        aria-busy={busy}
        aria-describedby={`${id}-doc`}
        // A switch that is at work stays focusable, and does nothing.
        aria-disabled={busy}
        onCheckedChange={(next) => !busy && onSwitch(next)}
      >
        <Switch.Thumb className={css.thumb} />
      </Switch.Root>
      <div>
        <label htmlFor={id} className={css.title}>
          {title}
        </label>
        <p id={`${id}-doc`} className={css.doc} hidden={!explained}>
          {doc}
        </p>
        <p role="status" className={css.state}>
          {busy && (on ? 'Switching on …' : 'Switching off …')}
        </p>
        {error && (
          <p role="alert" className={css.error}>
            {error}
          </p>
        )}
      </div>
    </div>
  )
}
