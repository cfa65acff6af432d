/** A recovery over a real server and a real store of its own, with the connection in reserve held. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Ledger } from '../src/core/ledger.ts'
import { createOperator } from '../src/operations/operator.ts'
import { createRecovery } from '../src/operations/recovery.ts'
import { createReserve } from '../src/operations/reserve.ts'
import { openActionSession } from '../src/postgres/action-session.ts'
import { parseUrl } from '../src/postgres/url.ts'
import { openStore } from '../src/store/open-store.ts'
import { temporaryFolder } from './store.ts'

export interface Recovering {
  ledger?: Ledger
  policies?: Record<string, { enabled: boolean; perHour: number }>
  thresholds?: Record<string, Record<string, number>>
  /** Whether the maintenance window is open; default true. */
  window?: boolean
  criticalTables?: string[]
  allow?: boolean
}

/** The target is called `db`. */
export async function recovering(url: string, o: Recovering = {}) {
  const ledger = o.ledger ?? (await newLedger())
  const owner = randomUUID()
  const connect = () => openActionSession(parseUrl(url))
  const reserve = createReserve({ targets: ['db'], connect, onError: () => {} })
  reserve.start()
  await reserve.ready()
  const limits = { storage: null, slowQuery: 1, criticalTables: o.criticalTables ?? [] }
  const context = (id: string) => (id === 'db' ? { at: Date.now(), limits } : undefined)
  const operator = createOperator({ ledger, open: reserve.open, context, allow: o.allow ?? true, owner })
  const recovery = createRecovery(['db'], {
    ...{ ledger, operator, owner, open: reserve.open, context },
    window: () => ({ open: o.window ?? true, next: Date.UTC(2026, 0, 2, 1), timezone: 'UTC' }),
    settings: { policies: o.policies ?? {}, thresholds: o.thresholds ?? {} },
    now: Date.now,
  })
  onTestFinished(async () => {
    await recovery.stop()
    await operator.stop()
    await reserve.stop()
  })
  return { ...recovery, ledger, operator }
}

async function newLedger(): Promise<Ledger> {
  const store = await openStore({ path: join(temporaryFolder(), 'history.db') })
  onTestFinished(() => store.close())
  return store.ledger
}
