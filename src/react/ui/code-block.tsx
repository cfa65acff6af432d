import css from './code-block.module.css'
import { CopyButton } from './copy-button.tsx'

/** SQL or a setting, to read and to copy. */
export function CodeBlock({ code, label }: { readonly code: string; readonly label: string }) {
  return (
    <figure className={css.block}>
      <figcaption className={css.caption}>
        <span>{label}</span>
        <CopyButton text={code} what={label.toLowerCase()} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long line scrolls, and must by keyboard too */}
      <pre className={css.code} tabIndex={0}>
        {code}
      </pre>
    </figure>
  )
}
