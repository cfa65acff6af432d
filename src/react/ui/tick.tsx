import { type ReactNode, useId } from 'react'
import css from './field.module.css'

export interface TickProps {
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
  readonly children: ReactNode
}

/** A box to tick with its words. */
export function Tick({ checked, onChange, children }: TickProps) {
  const id = useId()
  return (
    <label className={css.tick} htmlFor={id}>
      <input id={id} type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} />
      {children}
    </label>
  )
}
