import { TextField } from '../ui/text-field.tsx'

export interface ConfirmNameProps {
  /** What must be typed. */
  readonly name: string
  /** The target's name. */
  readonly on: string
  readonly value: string
  readonly onChange: (value: string) => void
}

/** What can't be taken back asks for the name of what it is done to. */
export function ConfirmName({ name, on, value, onChange }: ConfirmNameProps) {
  return (
    <TextField
      label={
        <>
          Type <code>{name}</code> to approve this on {on}
        </>
      }
      value={value}
      onChange={onChange}
    />
  )
}
