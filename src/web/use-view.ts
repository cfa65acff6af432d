import { useCallback, useEffect, useState } from 'react'
import { VIEWS, type View } from '../react/views.ts'

/** The overview is the page's root; every other view has its name as path. */
const pathOf = (view: View): string => (view === 'overview' ? '/' : `/${view}`)

const read = (): View => VIEWS.find((v) => pathOf(v) === location.pathname) ?? 'overview'

/** The address of a view that keeps target and range. */
export const addressOf = (view: View): string => `${pathOf(view)}${location.search}`

/** The view in the page's path, so that it can be linked, reloaded and gone back to. */
export function useView(): [View, (view: View) => void] {
  const [view, setView] = useState(read)
  useEffect(() => {
    const back = () => setView(read())
    addEventListener('popstate', back)
    return () => removeEventListener('popstate', back)
  }, [])
  const change = useCallback((next: View) => {
    history.pushState(null, '', addressOf(next))
    scrollTo({ top: 0 })
    setView(next)
  }, [])
  return [view, change]
}
