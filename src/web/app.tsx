import { useEffect, useState } from 'react'
import type { Range } from '../react/api/types.ts'
import { DatabaseHealthDashboard } from '../react/dashboard.tsx'
import { PgtendProvider } from '../react/provider.tsx'
import { TITLES } from '../react/views.ts'
import { storedTheme, storeTheme, type Theme } from './stored-theme.ts'
import { useUrlParameter } from './use-url-parameter.ts'
import { addressOf, useView } from './use-view.ts'

const RANGES: readonly string[] = ['1h', '24h', '7d'] satisfies Range[]

/** The page: the dashboard with view, target and range in the address and the theme kept in the browser. */
export function App() {
  const [target, setTarget] = useUrlParameter('target')
  const [range, setRange] = useUrlParameter('range')
  const [{ view, query }, setView] = useView()
  useEffect(() => {
    document.title = view === 'overview' ? 'pgtend' : `${TITLES[view]} · pgtend`
  }, [view])
  const [theme, setTheme] = useState<Theme>(storedTheme)
  const changeTarget = (next: string) => {
    // Another target has other statements.
    if (query !== undefined) setView(view)
    setTarget(next)
  }
  const changeTheme = (next: Theme) => {
    storeTheme(next)
    setTheme(next)
  }
  return (
    <PgtendProvider target={target} onTargetChange={changeTarget} theme={theme} onThemeChange={changeTheme}>
      <DatabaseHealthDashboard
        view={view}
        query={query}
        onViewChange={setView}
        addressOf={addressOf}
        range={range && RANGES.includes(range) ? (range as Range) : '1h'}
        onRangeChange={setRange}
      />
    </PgtendProvider>
  )
}
