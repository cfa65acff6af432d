import { ToggleGroup } from 'radix-ui'
import type { ReactNode } from 'react'
import css from './choice.module.css'

export interface ChoiceProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly onChange: (value: T) => void
  readonly options: readonly { readonly value: T; readonly name: string; readonly icon?: ReactNode }[]
}

/** One of a few, side by side. */
export function Choice<T extends string>({ label, value, onChange, options }: ChoiceProps<T>) {
  return (
    <ToggleGroup.Root
      type="single"
      className={css.choice}
      aria-label={label}
      value={value}
      // Radix gives '' when the chosen one is pressed again; one is always chosen here.
      onValueChange={(next) => next && onChange(next as T)}
    >
      {options.map((o) => (
        <ToggleGroup.Item
          key={o.value}
          value={o.value}
          aria-label={o.icon ? o.name : undefined}
          title={o.icon ? o.name : undefined}
        >
          {o.icon ?? o.name}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  )
}
