import { useId, useState } from 'react'
import { shorten } from '../../core/format.ts'
import { CopyButton } from './copy-button.tsx'
import { Icon } from './icon.tsx'
import css from './query-text.module.css'
import { Sql } from './sql.tsx'

/** More characters fit no line. */
const LINE = 300

/** A statement: one line that opens to the whole text. Literals were taken out before it came here. */
export function QueryText({ text }: { readonly text: string | null }) {
  const [open, setOpen] = useState(false)
  const id = useId()
  if (!text) return <span className={css.none}>text not known</span>
  return (
    <div className={css.query} data-open={open}>
      <button
        type="button"
        className={css.toggle}
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        <Icon name="chevron" size={12} />
        <Sql text={shorten(text, LINE)} />
      </button>
      {open && (
        <div id={id} className={css.whole}>
          <pre>
            <Sql text={text} />
          </pre>
          <CopyButton text={text} what="the statement" />
        </div>
      )}
    </div>
  )
}
