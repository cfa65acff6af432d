import type { Alert, AlertState, Match, NoticeKind } from './alert.ts'
import type { Severity } from './rule.ts'

/** What one channel is told of one alert. The webhook sends it as it is: docs/alerts.md describes it. */
export interface Notice {
  /** The same for every channel and every attempt: a receiver that has seen it may ignore it. */
  readonly id: string
  readonly kind: NoticeKind
  /** The alert's id, as `pgtend alerts ack` takes it. */
  readonly alert: string
  /** The same for all notices of one incident. */
  readonly incident: string
  readonly key: string
  readonly rule: string
  readonly title: string
  readonly severity: Severity
  readonly state: AlertState
  readonly summary: string
  readonly action: string
  /** Epoch milliseconds. */
  readonly since: number
  readonly resolvedAt: number | null
}

/** What is sent to a channel at once: all that changed at one target in one look. */
export interface Message {
  /** Unique; the same at every attempt. */
  readonly id: string
  readonly at: number
  readonly target: { readonly id: string; readonly name: string }
  readonly notices: readonly Notice[]
  /** Sent by hand, to see whether the channel works. */
  readonly test?: boolean
  /** A process died while it was sending this: the receiver may have it already, under the same id. */
  readonly repeat?: boolean
}

/** A place that people are told at. One attempt: throws when it failed; whoever calls repeats. */
export interface Channel {
  readonly name: string
  readonly kind: string
  send(message: Message): Promise<void>
}

/** A message that isn't delivered yet, in the ledger as `outbox`. Delivered ones are removed. */
export interface Letter {
  readonly type: 'letter'
  readonly channel: string
  readonly message: Message
  /** sending: somebody has claimed it until `lease.until`. dead: given up; it can be sent again by hand. */
  readonly state: 'waiting' | 'sending' | 'dead'
  readonly attempts: number
  /** Not before. Epoch milliseconds. */
  readonly due: number
  readonly lease?: { readonly owner: string; readonly until: number }
  readonly error?: string
}

/** How a channel fares, in the ledger as `outbox` beside its letters. */
export interface Delivery {
  readonly type: 'delivery'
  readonly channel: string
  readonly lastSentAt?: number
  /** Of the last attempt, when it failed. */
  readonly lastError?: string
}

/** An alert in the ledger. */
export interface AlertEntry extends Alert {
  readonly target: { readonly id: string; readonly name: string }
}

/** No messages about what fits, for a while. In the ledger as `silence`. */
export interface Silence {
  readonly match: Match
  readonly reason: string
  readonly by: string
  readonly until: number
}

/** A finding that somebody has decided to live with, for a while. In the ledger as `suppression`. */
export interface Suppression {
  readonly key: string
  readonly reason: string
  readonly by: string
  readonly until: number
}
