import { useCallback, useEffect, useState } from 'react'
import { VIEWS, type View } from '../react/views.ts'

/** The overview is the page's root; every other view has its name as path. */
const pathOf = (view: View): string => (view === 'overview' ? '/' : `/${view}`)

export interface Place {
  readonly view: View
  /** The statement whose report is shown. */
  readonly query: string | undefined
}

const read = (): Place => ({
  view: VIEWS.find((v) => pathOf(v) === location.pathname) ?? 'overview',
  query: new URLSearchParams(location.search).get('query') ?? undefined,
})

/** The address of a view, or of a statement's report, that keeps target and range. */
export function addressOf(view: View, query?: string): string {
  const parameters = new URLSearchParams(location.search)
  if (query === undefined) parameters.delete('query')
  else parameters.set('query', query)
  const search = parameters.toString()
  return `${pathOf(view)}${search && `?${search}`}`
}

/** The view in the page's address, so that it can be linked, reloaded and gone back to. */
export function useView(): [Place, (view: View, query?: string) => void] {
  const [place, setPlace] = useState(read)
  useEffect(() => {
    const back = () => setPlace(read())
    addEventListener('popstate', back)
    return () => removeEventListener('popstate', back)
  }, [])
  const change = useCallback((view: View, query?: string) => {
    history.pushState(null, '', addressOf(view, query))
    scrollTo({ top: 0 })
    setPlace({ view, query })
  }, [])
  return [place, change]
}
