import type { Unknown } from './health.ts'
import type { Suppression } from './notice.ts'
import type { Finding, Severity, Thresholds } from './rule.ts'

/** When and how loudly findings become an alert, as data. Times in seconds. */
export interface AlertRule {
  readonly name: string
  readonly title: string
  /** What it means and why somebody should get up for it. */
  readonly message: string
  /** What to do about it. */
  readonly action: string
  /** Health rules whose findings it is about; none for what the engine itself sees. */
  readonly from: readonly string[]
  /** One alert for all findings together instead of one for each: for subjects that come and go, such as sessions. */
  readonly together?: boolean
  /** Fires when the condition has lasted so long. */
  readonly for: number
  /** Resolved when it has been gone so long, and in two looks at least. */
  readonly calm: number
  /** Told again after so long while nobody has acknowledged it; 0: never. */
  readonly remind: number
  /** Thresholds of the health rules for this purpose, by rule, where they aren't those of the score. */
  readonly thresholds?: Readonly<Record<string, Thresholds>>
  /** Factors on the thresholds, by name: what has fired clears only when it is beyond threshold × factor. */
  readonly clear?: Thresholds
  /** Alert rule that speaks for the same subject already: this one waits while that one has it. */
  readonly coveredBy?: string
  readonly enabled: boolean
}

/** pending: seen, but not for long enough. firing: told. resolved: over; kept for a while to look at. */
export type AlertState = 'pending' | 'firing' | 'resolved'

/** What a channel was last told of an alert. */
export interface Told {
  /** The worst severity that it was told. */
  readonly severity: Severity
  /** Epoch milliseconds. */
  readonly at: number
}

/** One condition's incident, the running one or the last. Times in epoch milliseconds. */
export interface Alert {
  /** `rule/subject`: the same condition has the same key over restarts. */
  readonly key: string
  readonly rule: string
  readonly title: string
  readonly severity: Severity
  readonly state: AlertState
  /** When the condition was first seen: identifies the incident together with the key. */
  readonly since: number
  /** When it was last seen, to the minute. */
  readonly seenAt: number
  readonly firedAt?: number
  readonly resolvedAt?: number
  /** Since when it has been seen to be gone. */
  readonly calmSince?: number
  /** A worse severity that has not lasted for long enough yet. */
  readonly rising?: { readonly severity: Severity; readonly since: number }
  readonly summary: string
  readonly action: string
  readonly acknowledged?: { readonly by: string; readonly at: number }
  /** By channel. */
  readonly told: Readonly<Record<string, Told>>
}

/** Something wrong now, in the terms of an alert rule. */
export interface Condition {
  readonly key: string
  readonly rule: string
  readonly title: string
  readonly severity: Severity
  readonly summary: string
  readonly action: string
  /** Another alert speaks for it: it may not begin to fire. */
  readonly covered?: boolean
}

/** What one look at a target showed. */
export interface Look {
  /** Epoch milliseconds, on pgtend's own clock. */
  readonly now: number
  readonly conditions: readonly Condition[]
  /** Severity by key of what has not passed its clear threshold yet, although it may be below the one that fires. */
  readonly lingering: ReadonlyMap<string, Severity>
  /** Alert rules that could not be judged: nothing of theirs is over because it isn't seen. */
  readonly blind: ReadonlySet<string> | 'all'
  /** What somebody decided to live with, by key of the finding or alert. */
  readonly suppressed: ReadonlyMap<string, Suppression>
}

/** Who may be told. */
export interface Recipient {
  readonly name: string
  /** The mildest severity that it is told. */
  readonly least: Severity
  /** Names or ids of targets; absent: all. */
  readonly targets?: readonly string[]
}

export type NoticeKind = 'firing' | 'escalated' | 'reminder' | 'resolved'

/** What a silence or an alert list selects by; `*` stands for any text. */
export interface Match {
  readonly target?: string
  readonly rule?: string
  readonly key?: string
}

/** What the monitor saw of a target in one cycle, as the alerts take it. */
export interface Sight {
  readonly target: { readonly id: string; readonly name: string }
  readonly connection: 'connected' | 'unreachable'
  /** Why it is unreachable, and what to do. */
  readonly error?: { readonly message: string; readonly remedy: string }
  /** Findings of the named rules under these thresholds. */
  readonly findings: (thresholds: Readonly<Record<string, Thresholds>>) => readonly Finding[]
  readonly unknown: readonly Unknown[]
}
