import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { ApiError } from './api/client.ts'
import type { Theme } from './context.tsx'
import { Shell } from './shell.tsx'

export interface PgtendProviderProps {
  /** Where pgtend's HTTP API is, without `/api`. Default: the page's own origin. */
  readonly url?: string
  /** The target to show first or, with onTargetChange, always. Default: the server's first. */
  readonly target?: string | undefined
  readonly onTargetChange?: (id: string) => void
  readonly theme?: Theme
  readonly onThemeChange?: (theme: Theme) => void
  readonly children: ReactNode
}

/** Connects everything below it to one pgtend server and keeps it up to date. */
export function PgtendProvider({ children, ...shell }: PgtendProviderProps) {
  const [client] = useState(createClient)
  return (
    <QueryClientProvider client={client}>
      <Shell {...shell}>{children}</Shell>
    </QueryClientProvider>
  )
}

function createClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        // What the server refused once it refuses again; only a missing answer is worth a second try.
        retry: (count, error) => count < 1 && error instanceof ApiError && error.status === 0,
        retryDelay: 1_000,
      },
    },
  })
}
