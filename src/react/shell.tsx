import { useCallback, useMemo, useState } from 'react'
import { type Pgtend, PgtendContext, type Theme } from './context.tsx'
import { POLL, useLive } from './hooks/use-live.ts'
import { useTargetList } from './hooks/use-target-list.ts'
import type { PgtendProviderProps } from './provider.tsx'
import css from './tokens.module.css'
import { DialogHost } from './ui/dialog-host.tsx'

/** The themed root element, the live connection and the selected target. */
export function Shell(props: PgtendProviderProps) {
  const { url = '', onTargetChange, onThemeChange, children } = props
  const [container, setContainer] = useState<HTMLElement | null>(null)
  const [selected, setSelected] = useState(props.target)
  const [ownTheme, setOwnTheme] = useState<Theme>(props.theme ?? 'system')
  const wanted = onTargetChange ? props.target : selected
  const theme = onThemeChange ? (props.theme ?? 'system') : ownTheme

  const live = useLive(url)
  const interval = live === 'polling' ? POLL : false
  const { data, error } = useTargetList(url, interval)

  const selectTarget = useCallback(
    (id: string) => {
      setSelected(id)
      onTargetChange?.(id)
    },
    [onTargetChange],
  )
  const setTheme = useCallback(
    (next: Theme) => {
      setOwnTheme(next)
      onThemeChange?.(next)
    },
    [onThemeChange],
  )
  const value = useMemo<Pgtend>(() => {
    const targets = data?.targets ?? []
    const target = targets.find((t) => t.id === wanted) ?? targets[0]
    const targetsError = error
    return { url, targets, targetsError, target, selectTarget, theme, setTheme, live, interval, container }
  }, [url, data, error, wanted, selectTarget, theme, setTheme, live, interval, container])

  return (
    <PgtendContext value={value}>
      <div ref={setContainer} className={css.root} data-theme={theme}>
        <DialogHost>{children}</DialogHost>
      </div>
    </PgtendContext>
  )
}
