import { useCallback, useEffect, useState } from 'react'

const read = (name: string) => new URLSearchParams(location.search).get(name) ?? undefined

/** A parameter of the page's address, so that a view can be linked, reloaded and gone back to. */
export function useUrlParameter(name: string): [string | undefined, (value: string) => void] {
  const [value, setValue] = useState(() => read(name))
  useEffect(() => {
    const back = () => setValue(read(name))
    addEventListener('popstate', back)
    return () => removeEventListener('popstate', back)
  }, [name])
  const change = useCallback(
    (next: string) => {
      const address = new URL(location.href)
      address.searchParams.set(name, next)
      history.pushState(null, '', address)
      setValue(next)
    },
    [name],
  )
  return [value, change]
}
