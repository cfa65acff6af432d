import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { Run } from '../api/action-types.ts'
import type { Live } from '../context.tsx'
import { rememberRun } from './use-runs.ts'

/** How often the page asks while no events arrive, milliseconds. */
export const POLL = 15_000

/** What a reading may have changed. All else has a pace or events of its own. */
const READ = new Set<unknown>(['health', 'findings', 'alerts'])
/** What the end of a run may have changed. */
const DONE = new Set<unknown>(['health', 'maintenance', 'recoveries', 'backups'])

interface MonitorEvent {
  readonly target: string
  readonly tables: readonly string[]
}

/** Listens to `/api/events` and marks what changed as stale. EventSource reconnects by itself. */
export function useLive(url: string): Live {
  const client = useQueryClient()
  const [live, setLive] = useState<Live>('connecting')

  useEffect(() => {
    if (typeof EventSource === 'undefined') {
      setLive('polling')
      return
    }
    let source: EventSource
    let again: ReturnType<typeof setTimeout> | undefined
    const connect = () => {
      source = new EventSource(`${url}/api/events`)
      source.onopen = () => {
        setLive('live')
        // Events may have been missed while it was away.
        void client.invalidateQueries({ queryKey: ['pgtend', url] })
      }
      source.onerror = () => {
        setLive('polling')
        // The browser gives up after an HTTP error; we don't.
        if (source.readyState === EventSource.CLOSED) again = setTimeout(connect, POLL)
      }
      for (const type of ['cycle', 'connection'])
        source.addEventListener(type, (message) => apply(client, url, message.data))
      source.addEventListener('run', (message) => follow(client, url, JSON.parse(message.data) as Run))
      source.addEventListener('alert', () => refresh(client, url, (kind) => kind === 'alerts'))
    }
    connect()
    return () => {
      clearTimeout(again)
      source.close()
    }
  }, [client, url])

  return live
}

function apply(client: QueryClient, url: string, data: string): void {
  const event = JSON.parse(data) as MonitorEvent
  const changed = new Set(event.tables)
  void client.invalidateQueries({
    predicate: ({ queryKey: [root, at, target, kind, table] }) => {
      if (root !== 'pgtend' || at !== url) return false
      if (target === '*') return kind === 'targets' || kind === 'demo'
      if (target !== event.target) return false
      // An event without tables says only that something happened.
      if (kind === 'queries') return changed.size === 0 || changed.has('statement-rates')
      return kind === 'facts' ? changed.size === 0 || changed.has(String(table)) : READ.has(kind)
    },
  })
}

/** A run has begun, come further or ended. */
function follow(client: QueryClient, url: string, run: Run): void {
  rememberRun(client, url, run)
  if (run.status !== 'running') refresh(client, url, (kind) => DONE.has(kind))
}

function refresh(client: QueryClient, url: string, which: (kind: unknown) => boolean): void {
  void client.invalidateQueries({
    predicate: ({ queryKey: [root, at, , kind] }) => root === 'pgtend' && at === url && which(kind),
  })
}
