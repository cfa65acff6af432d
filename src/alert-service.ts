import { randomUUID } from 'node:crypto'
import { tryChannel } from './alerts/channel-views.ts'
import { type AlertDesk, createDesk } from './alerts/desk.ts'
import { type AlertEvent, createEngine } from './alerts/engine.ts'
import { effectiveRules } from './alerts/settings.ts'
import type { Recipient } from './core/alert.ts'
import type { Channel } from './core/notice.ts'
import type { Store } from './core/store.ts'
import type { Config } from './monitor/config.ts'
import type { AlertPort } from './monitor/watch-target.ts'
import { createChannels, postAddress } from './notify/channels.ts'
import { type Heartbeat, startHeartbeat } from './notify/heartbeat.ts'
import { type OutboxOptions, startOutbox } from './notify/outbox.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Alerts at work: takes what a monitor sees, keeps incidents, and sends letters. */
export interface Alerts extends AlertDesk {
  /** For `createMonitor({ alerts })`. */
  readonly port: AlertPort
  /** Calls the listener at every change until the returned function is called. */
  subscribe(listener: (event: AlertEvent) => void): () => void
  /** Reads what is suppressed and begins to send what an earlier process has left. Before the monitor's `start()`. */
  start(): Promise<void>
  /** Resolves when all that the monitor saw is written. */
  settled(): Promise<void>
  /** After the monitor's `stop()`: writes what was seen and ends the attempts under way. */
  stop(): Promise<void>
}

export interface AlertOptions {
  readonly store: Store
  readonly config: Config
  /** Where the secrets of channels come from; default `process.env`. */
  readonly env?: Environment
  readonly onError?: (error: Error) => void
  /** How letters are claimed, looked for and repeated, in milliseconds; for tests. */
  readonly timing?: OutboxOptions['timing']
}

/** Alerts over a store. Throws AppError `bad-config` when a channel's address or secret is missing. */
export function createAlerts(options: AlertOptions): Alerts {
  const { store, config, env = process.env, onError = () => undefined, timing } = options
  const { ledger } = store
  const { channels, recipients } = channelsOf(config, env)
  const { heartbeat } = config.alerts
  const beaten = heartbeat && postAddress('alerts.heartbeat.url', heartbeat.url, env)
  /** Longer than any two cycles of a monitor that works, with a slow server or two between. */
  const patience = Math.max(60, 6 * config.cadence.tick) * 1000
  let outbox: ReturnType<typeof startOutbox> | undefined
  let beating: Heartbeat | undefined
  const engine = createEngine({
    ...{ ledger, recipients, onError },
    rules: effectiveRules(config.alerts.rules, config.thresholds),
    onLetters: () => outbox?.wake(),
  })
  const desk = createDesk({
    ...{ ledger, channels, recipients, found: foundIn(store) },
    async onChange(target, alerts) {
      await engine.refresh()
      outbox?.wake()
      engine.tell({ type: 'alert', target, at: Date.now(), alerts })
    },
  })
  return {
    ...desk,
    port: engine,
    subscribe: engine.subscribe,
    async start() {
      await engine.refresh()
      outbox ??= startOutbox({
        ...{ ledger, channels, owner: randomUUID(), onError },
        ...(timing ? { timing } : {}),
      })
      if (heartbeat && beaten) {
        beating ??= startHeartbeat({
          ...{ url: beaten, every: heartbeat.seconds * 1000, onError },
          alive: () => Date.now() - engine.takenAt < patience,
        })
      }
    },
    settled: engine.settled,
    async stop() {
      beating?.stop()
      await engine.settled()
      await outbox?.stop()
    },
  }
}

/** What people do about alerts, over a store that another process may be using: for commands. */
export function createAlertDesk(options: Omit<AlertOptions, 'onError'>): AlertDesk {
  const { store, config, env = process.env } = options
  return createDesk({ ledger: store.ledger, found: foundIn(store), ...channelsOf(config, env) })
}

const foundIn = (store: Store) => async (target: string) =>
  (await store.findings(target, 0)).map((f) => f.key)

/** Sends a test message to a configured channel. Throws AppError `unknown-channel`, `channel-failed`. */
export const testChannel = (config: Config, env: Environment, name: string): Promise<void> =>
  tryChannel(channelsOf(config, env).channels, name, Date.now())

function channelsOf(
  config: Config,
  env: Environment,
): { channels: readonly Channel[]; recipients: readonly Recipient[] } {
  const { channels } = config.alerts
  const recipients = Object.entries(channels).map(([name, { least, targets }]) => ({
    ...{ name, least },
    ...(targets ? { targets } : {}),
  }))
  return { channels: createChannels(channels, env), recipients }
}
