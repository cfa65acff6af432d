import { useEffect, useState } from 'react'
import css from './copy-button.module.css'
import { Icon } from './icon.tsx'

/** Copies a text; says so to eyes and to screen readers. */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle')
  useEffect(() => {
    if (state === 'idle') return
    const timer = setTimeout(() => setState('idle'), 2_000)
    return () => clearTimeout(timer)
  }, [state])
  const copy = () =>
    // Absent outside of secure contexts, as on a plain-HTTP address of the local network.
    (navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('no clipboard'))).then(
      () => setState('copied'),
      () => setState('failed'),
    )
  const word = { idle: 'Copy', copied: 'Copied', failed: 'Select it by hand' }[state]
  return (
    <button type="button" className={css.copy} onClick={copy} aria-label={`Copy ${what}`}>
      <Icon name={state === 'copied' ? 'ok' : 'copy'} size={14} />
      <span aria-live="polite">{word}</span>
    </button>
  )
}
