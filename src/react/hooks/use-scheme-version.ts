import { useEffect, useState } from 'react'
import { usePgtend } from '../context.tsx'

/** Changes when the colours do: by the theme or by the system's scheme. A canvas must then be drawn anew. */
export function useSchemeVersion(): string {
  const { theme } = usePgtend()
  const [dark, setDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches)
  useEffect(() => {
    const media = matchMedia('(prefers-color-scheme: dark)')
    const change = () => setDark(media.matches)
    media.addEventListener('change', change)
    return () => media.removeEventListener('change', change)
  }, [])
  return theme === 'system' ? `system-${dark}` : theme
}
