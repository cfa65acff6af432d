import type { ReactNode } from 'react'
import type { Theme } from './context.tsx'
import { usePgtend } from './context.tsx'
import { showVersion } from './display.ts'
import css from './header.module.css'
import { LiveIndicator } from './live-indicator.tsx'
import { TargetSelect } from './target-select.tsx'
import { Choice } from './ui/choice.tsx'
import { Icon } from './ui/icon.tsx'

const THEMES: readonly { value: Theme; name: string; icon: ReactNode }[] = [
  { value: 'system', name: 'Theme of the system', icon: <Icon name="screen" /> },
  { value: 'light', name: 'Light theme', icon: <Icon name="sun" /> },
  { value: 'dark', name: 'Dark theme', icon: <Icon name="moon" /> },
]

/** The product, the target, whether what is shown is live, and the theme; below them the views. */
export function Header({ children }: { readonly children?: ReactNode }) {
  const { target, theme, setTheme } = usePgtend()
  const facts = [
    target?.version === undefined ? undefined : `PostgreSQL ${showVersion(target.version)}`,
    target?.role,
    target?.platform === 'self-hosted' ? undefined : target?.platform,
    target?.pooler === 'transaction' && 'through a transaction pooler',
  ].filter(Boolean)
  return (
    <header className={css.header}>
      <div className={css.inner}>
        <h1 className={css.product}>
          <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
            <rect width="24" height="24" rx="7" fill="var(--accent)" />
            <path
              d="M5 13h3.2l2-5.5 3.6 9.5 2-4H19"
              fill="none"
              stroke="var(--on-accent)"
              strokeWidth="1.8"
              strokeLinecap="round"
              strokeLinejoin="round"
            />
          </svg>
          pgtend
        </h1>
        <TargetSelect />
        <p className={css.facts}>{facts.join(' · ')}</p>
        <div className={css.right}>
          <LiveIndicator />
          <Choice label="Theme" value={theme} onChange={setTheme} options={THEMES} />
        </div>
      </div>
      {children}
    </header>
  )
}
