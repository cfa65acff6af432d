import type { Alert, Look, Recipient, Sight } from '../core/alert.ts'
import { concerns, matches, notices, step, withLingering } from '../core/alerting.ts'
import type { Change, Entry, Ledger } from '../core/ledger.ts'
import type { AlertEntry, Silence, Suppression } from '../core/notice.ts'
import { lookOf } from './conditions.ts'
import { alertId, type Due, letters } from './letters.ts'
import type { EffectiveRule } from './settings.ts'

const DAY = 86_400_000
/** How long what is over stays to be looked at. */
const KEEP = 7 * DAY
const MOST = 10_000
/** Sights of one target that wait for the ledger at most. */
const MOST_WAITING = 100
/** Another process that watches the same target, or a command, may be faster; then the step is done again on what it left. */
const ATTEMPTS = 10

/** What changed, for pages that look on. */
export interface AlertEvent {
  readonly type: 'alert'
  readonly target: string
  /** Epoch milliseconds. */
  readonly at: number
  /** Ids of the alerts that changed. */
  readonly alerts: readonly string[]
}

/** Turns what the monitor sees into alerts and letters. All its state is in the ledger: a restart changes nothing. */
export interface Engine {
  /** Takes in a sight in the background; those of one target one after the other. */
  observe(sight: Sight): void
  /** Findings of a target that are not to count now, by key, as last read. */
  suppressed(target: string): ReadonlyMap<string, Suppression>
  /** Reads the suppressions again. */
  refresh(): Promise<void>
  subscribe(listener: (event: AlertEvent) => void): () => void
  /** Tells subscribers of a change that was made elsewhere. */
  tell(event: AlertEvent): void
  /** When a sight was last taken in and written: the work goes on. Epoch milliseconds. */
  readonly takenAt: number
  /** Resolves when all that was observed is written. */
  settled(): Promise<void>
}

export function createEngine(options: {
  readonly ledger: Ledger
  readonly rules: ReadonlyMap<string, EffectiveRule>
  readonly recipients: readonly Recipient[]
  readonly onError: (error: Error) => void
  /** Called when letters were written. */
  readonly onLetters: () => void
  /** Epoch milliseconds; default the clock. */
  readonly now?: () => number
}): Engine {
  const { ledger, rules, recipients, onError, onLetters, now: clock = Date.now } = options
  const queues = new Map<string, { last: Promise<void>; waiting: number }>()
  const listeners = new Set<(event: AlertEvent) => void>()
  let suppressions: readonly Entry<Suppression>[] = []
  let failing = false
  let takenAt = 0

  const refresh = async (): Promise<void> => {
    suppressions = await ledger.list<Suppression>('suppression', { limit: MOST })
  }

  const suppressed = (target: string): ReadonlyMap<string, Suppression> => {
    const now = clock()
    const those = suppressions.filter((s) => s.target === target && s.value.until > now)
    return new Map(those.map(({ value }) => [value.key, value]))
  }

  const take = async (sight: Sight): Promise<void> => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      await refresh()
      const seen = lookOf(sight, rules, suppressed(sight.target.id))
      const now = clock()
      const [known, silences] = await Promise.all([
        ledger.list<AlertEntry>('alert', { target: sight.target.id, limit: MOST }),
        ledger.list<Silence>('silence', { limit: MOST }),
      ])
      const { changes, told, changed } = advance(sight, { ...seen, now }, known, silences)
      changes.push(...expired([...silences, ...suppressions], now))
      if (changes.length === 0) return
      if (!(await ledger.write(changes))) continue
      if (told) onLetters()
      if (changed.length > 0) tell({ type: 'alert', target: sight.target.id, at: now, alerts: changed })
      return
    }
  }

  /** The ledger's changes that follow from a look. */
  const advance = (
    { target }: Sight,
    look: Look,
    known: readonly Entry<AlertEntry>[],
    silences: readonly Entry<Silence>[],
  ): { changes: Change[]; told: boolean; changed: string[] } => {
    const { now } = look
    const entries = new Map(known.map((e) => [e.value.key, e]))
    const alerts = new Map<string, Alert>(known.map((e) => [e.value.key, e.value]))
    const conditions = withLingering(look.conditions, look.lingering, alerts)
    const stepped = step(alerts, { ...look, conditions }, rules)
    const concerned = recipients.filter((r) => concerns(r, target))
    const changes: Change[] = []
    const changed: string[] = []
    const due: Due[] = []
    for (const key of new Set([...alerts.keys(), ...stepped.keys()])) {
      const before = alerts.get(key)
      const next = stepped.has(key) ? (stepped.get(key) ?? null) : (before ?? null)
      const version = entries.get(key)?.version ?? 0
      const id = alertId(target.id, key)
      const base = { kind: 'alert', id, target: target.id, version } as const
      if (next === null || (next.state === 'resolved' && now - (next.resolvedAt ?? now) > KEEP)) {
        if (version > 0) changes.push({ ...base, at: now, value: null })
        if (version > 0) changed.push(id)
        continue
      }
      const silenced = silences.some(
        (s) => s.value.until > now && matches(s.value.match, { target: target.id, rule: next.rule, key }),
      )
      const planned = notices(next, next.state === 'resolved' ? recipients : concerned, {
        ...{ now, silenced, remind: rules.get(next.rule)?.remind ?? 0 },
      })
      for (const { channel, kind } of planned.notices) due.push({ channel, kind, alert: planned.alert })
      if (planned.alert === before) continue
      const value: AlertEntry = { ...planned.alert, target }
      changes.push({ ...base, at: next.since, value })
      changed.push(id)
    }
    const posted = letters(target, due, now)
    return { changes: [...changes, ...posted], told: posted.length > 0, changed }
  }

  const tell = (event: AlertEvent): void => {
    for (const listener of listeners) {
      try {
        listener(event)
      } catch (error) {
        onError(error as Error)
      }
    }
  }

  return {
    get takenAt() {
      return takenAt
    },
    suppressed,
    refresh,
    tell,
    observe(sight) {
      const queue = queues.get(sight.target.id) ?? { last: Promise.resolve(), waiting: 0 }
      queues.set(sight.target.id, queue)
      if (queue.waiting >= MOST_WAITING) return
      queue.waiting++
      queue.last = queue.last
        .then(() => take(sight))
        .then(() => {
          failing = false
          takenAt = clock()
        })
        .catch((error: unknown) => {
          // Told once; the next sight tries again from what the ledger holds.
          if (!failing) onError(error as Error)
          failing = true
        })
        .finally(() => {
          queue.waiting--
        })
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async settled() {
      await Promise.all([...queues.values()].map((q) => q.last))
    },
  }
}

/** Removes silences and suppressions that ended long ago. */
const expired = (entries: readonly Entry<Silence | Suppression>[], now: number): Change[] =>
  entries
    .filter((e) => e.value.until < now - KEEP)
    .map(({ kind, id, target, at, version }) => ({ kind, id, target, at, version, value: null }))
