import type { ActionRef, ActionsAnswer, Input } from '../api/action-types.ts'
import { Tick } from '../ui/tick.tsx'
import css from './plan-details.module.css'

export interface OptionsProps {
  readonly specs: ActionsAnswer['actions'][number]['input']
  readonly input: ActionRef['input']
  readonly onChange: (input: Input) => void
}

/** What one may ask of an action besides, as boxes to tick. Each makes another plan. */
export function Options({ specs, input, onChange }: OptionsProps) {
  const options = Object.entries(specs).filter(([, spec]) => spec.type === 'boolean' && spec.optional)
  if (options.length === 0) return null
  const tick = (name: string, on: boolean) => {
    const { [name]: _, ...rest } = input
    onChange(on ? { ...rest, [name]: true } : rest)
  }
  return (
    <fieldset className={css.options}>
      <legend>Options</legend>
      {options.map(([name, spec]) => (
        <Tick key={name} checked={input[name] === true} onChange={(on) => tick(name, on)}>
          {spec.help}
        </Tick>
      ))}
    </fieldset>
  )
}
