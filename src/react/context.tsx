import { createContext, use } from 'react'
import type { TargetSummary } from './api/types.ts'

export type Theme = 'system' | 'light' | 'dark'
/** live: events arrive. polling: they don't, so the page asks every 15 s. */
export type Live = 'connecting' | 'live' | 'polling'

export interface Pgtend {
  /** Where the HTTP API is; '' for the page's own origin. */
  readonly url: string
  readonly targets: readonly TargetSummary[]
  readonly targetsError: Error | null
  readonly target: TargetSummary | undefined
  readonly selectTarget: (id: string) => void
  readonly theme: Theme
  readonly setTheme: (theme: Theme) => void
  readonly live: Live
  /** Refetch every so many milliseconds, or false while events tell. */
  readonly interval: number | false
  /** Where menus and dialogs are drawn, so that they have the theme. */
  readonly container: HTMLElement | null
}

export const PgtendContext = createContext<Pgtend | undefined>(undefined)

/** What PgtendProvider provides. Throws outside of it. */
export function usePgtend(): Pgtend {
  const value = use(PgtendContext)
  if (!value) throw new Error('Put this component inside <PgtendProvider>.')
  return value
}
