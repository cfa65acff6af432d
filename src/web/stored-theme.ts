import type { Theme } from '../react/context.tsx'

export type { Theme }

const KEY = 'pgtend.theme'

/** The theme chosen in this browser. Storage may be forbidden; then the system's theme holds. */
export function storedTheme(): Theme {
  try {
    const stored = localStorage.getItem(KEY)
    return stored === 'light' || stored === 'dark' ? stored : 'system'
  } catch {
    return 'system'
  }
}

export function storeTheme(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme)
  } catch {
    // It lasts as long as the page does.
  }
}
