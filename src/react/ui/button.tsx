import type { ComponentProps } from 'react'
import css from './button.module.css'

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'className' | 'type' | 'disabled'> {
  /** primary: what one came for. danger: what can't be taken back. quiet: beside other things. */
  readonly tone?: 'plain' | 'primary' | 'danger' | 'quiet'
  readonly size?: 'normal' | 'small'
  readonly busy?: boolean
  /** It stays focusable, so that a screen reader meets it and, by aria-describedby, the reason. */
  readonly off?: boolean
}

/** A button. While it is busy or off, pressing it does nothing. */
export function Button({ tone = 'plain', size = 'normal', busy = false, off = false, ...rest }: ButtonProps) {
  return (
    <button
      {...rest}
      type="button"
      className={css.button}
      data-tone={tone}
      data-size={size}
      aria-busy={busy || undefined}
      aria-disabled={off || busy || undefined}
      onClick={(event) => {
        if (off || busy) event.preventDefault()
        else rest.onClick?.(event)
      }}
    />
  )
}
