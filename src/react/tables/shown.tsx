import { formatCount } from '../../core/format.ts'
import list from '../ui/list.module.css'

/** The rows whose name holds what was typed, in letters of either case. */
export function matching<R>(rows: readonly R[], search: string, nameOf: (row: R) => string): readonly R[] {
  const text = search.trim().toLowerCase()
  return text === '' ? rows : rows.filter((row) => nameOf(row).toLowerCase().includes(text))
}

export interface ShownProps {
  readonly shown: number
  readonly found: number
  readonly all: number
  readonly what: string
}

/** How many there are, where not all of them are shown. */
export function Shown({ shown, found, all, what }: ShownProps) {
  if (shown === all) return null
  return (
    <p className={list.muted} role="status">
      {found === 0
        ? `No name of the ${formatCount(all)} ${what} holds that.`
        : `${formatCount(shown)} of ${formatCount(all)} ${what} are shown: sort or search for the others.`}
    </p>
  )
}
