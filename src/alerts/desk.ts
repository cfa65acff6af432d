import { randomBytes } from 'node:crypto'
import type { AlertState, Match, Recipient } from '../core/alert.ts'
import { matches } from '../core/alerting.ts'
import { AppError } from '../core/errors.ts'
import type { Change, Entry, EntryKind, Ledger } from '../core/ledger.ts'
import { nearest } from '../core/nearest.ts'
import type { AlertEntry, Channel, Silence, Suppression } from '../core/notice.ts'
import type { Severity } from '../core/rule.ts'
import { type ChannelView, channelViews, revive, tryChannel } from './channel-views.ts'
import { databaseAlertRules } from './database-alert-rules.ts'

const MOST = 10_000
const MINUTE = 60_000

/** An alert as people see it. Times in epoch milliseconds. */
export interface AlertView {
  readonly id: string
  readonly target: string
  readonly key: string
  readonly rule: string
  readonly title: string
  readonly severity: Severity
  readonly state: AlertState
  readonly since: number
  readonly firedAt?: number
  readonly resolvedAt?: number
  readonly acknowledgedBy?: string
  /** Why a silence covers it now. */
  readonly silenced?: string
  readonly summary: string
  readonly action: string
}

export type SilenceView = Silence & { readonly id: string }
export type SuppressionView = Suppression & { readonly id: string; readonly target: string }

export interface Overview {
  readonly alerts: readonly AlertView[]
  readonly silences: readonly SilenceView[]
  readonly channels: readonly ChannelView[]
}

/** What people do about alerts. Works on the ledger alone: beside a running `serve` too. */
export interface AlertDesk {
  /** What fires, then what is pending, then what was resolved in the last days. */
  overview(target?: string): Promise<Overview>
  /** No reminders from now on. Throws AppError `unknown-alert`. */
  acknowledge(id: string, by: string): Promise<AlertView>
  silence(o: { match: Match; minutes: number; reason: string; by: string }): Promise<SilenceView>
  endSilence(id: string): Promise<void>
  suppressions(target?: string): Promise<readonly SuppressionView[]>
  suppress(o: {
    target: string
    key: string
    reason: string
    days: number
    by: string
  }): Promise<SuppressionView>
  endSuppression(id: string): Promise<void>
  /** Sends a test at once, past the outbox. Throws AppError `unknown-channel`, `channel-failed`. */
  test(channel: string): Promise<void>
  /** Sends again what was given up; how many letters. */
  retry(channel: string): Promise<number>
}

export interface DeskOptions {
  readonly ledger: Ledger
  readonly channels: readonly Channel[]
  readonly recipients: readonly Recipient[]
  /** Keys of what was found at a target. */
  readonly found: (target: string) => Promise<readonly string[]>
  /** Told of what changed, so that a monitor in this process needn't wait for its next cycle. */
  readonly onChange?: (target: string, alerts: readonly string[]) => void | Promise<void>
  readonly now?: () => number
}

export function createDesk(options: DeskOptions): AlertDesk {
  const { ledger, channels, recipients, found, onChange, now = Date.now } = options

  /** Changes an entry whoever else does at the same time. Throws AppError `unknown-alert` when there is none. */
  const amend = async <V>(
    kind: EntryKind,
    id: string,
    change: (entry: Entry<V>) => V | null,
  ): Promise<Entry<V>> => {
    for (let round = 0; round < 10; round++) {
      const entry = await ledger.get<V>(kind, id)
      if (!entry) break
      const value = change(entry)
      const { target, at, version } = entry
      if (await ledger.write([{ kind, id, target, at, version, value } as Change]))
        return { ...entry, value: value ?? entry.value }
    }
    throw new AppError('unknown-alert', `no ${kind} "${id.slice(0, 50)}"`)
  }

  const silences = async (): Promise<readonly Entry<Silence>[]> =>
    (await ledger.list<Silence>('silence', { limit: MOST })).filter((s) => s.value.until > now())

  const told = async (target: string, alerts: readonly string[] = []): Promise<void> => {
    await onChange?.(target, alerts)
  }

  const suppressions: AlertDesk['suppressions'] = async (target) => {
    const filter = { limit: MOST, ...(target === undefined ? {} : { target }) }
    const all = await ledger.list<Suppression>('suppression', filter)
    return all
      .filter((s) => s.value.until > now())
      .map(({ id, target: of, value }) => ({ id, target: of, ...value }))
  }

  /** A suppression of what was never found would be believed, and do nothing. */
  const refuseUnknown = async (target: string, key: string): Promise<void> => {
    const alerts = await ledger.list<AlertEntry>('alert', { target, limit: MOST })
    const keys = new Set([...(await found(target)), ...alerts.map((a) => a.value.key)])
    if (keys.has(key)) return
    const close = nearest(key, keys)
    throw new AppError(
      'unknown-finding',
      close === undefined ? `"${key}"` : `"${key}", did you mean ${close}?`,
    )
  }

  return {
    async overview(target) {
      const filter = { limit: MOST, ...(target === undefined ? {} : { target }) }
      const [entries, quiet] = await Promise.all([ledger.list<AlertEntry>('alert', filter), silences()])
      return {
        alerts: entries.map((e) => viewOf(e, quiet)).sort(byUrgency),
        silences: quiet.map(({ id, value }) => ({ id, ...value })),
        channels: await channelViews(ledger, channels, recipients),
      }
    },
    async acknowledge(id, by) {
      const entry = await amend<AlertEntry>('alert', id, ({ value }) => {
        if (value.state === 'resolved') throw new AppError('unknown-alert', `"${id}" is resolved already`)
        return { ...value, acknowledged: { by, at: now() } }
      })
      await told(entry.target, [id])
      return viewOf(entry, await silences())
    },
    async silence({ match, minutes, reason, by }) {
      const given = checked(match)
      const id = randomBytes(4).toString('hex')
      const value: Silence = { match: given, reason, by, until: now() + minutes * MINUTE }
      await ledger.write([{ kind: 'silence', id, target: '', at: now(), version: 0, value }])
      await told(given.target ?? '')
      return { id, ...value }
    },
    async endSilence(id) {
      await amend<Silence>('silence', id, () => null)
      await told('')
    },
    suppressions,
    async suppress({ target, key, reason, days, by }) {
      await refuseUnknown(target, key)
      const again = (await suppressions(target)).find((s) => s.key === key)
      const id = again?.id ?? randomBytes(4).toString('hex')
      const value: Suppression = { key, reason, by, until: now() + days * 1440 * MINUTE }
      if (again) await amend<Suppression>('suppression', id, () => value)
      else await ledger.write([{ kind: 'suppression', id, target, at: now(), version: 0, value }])
      await told(target)
      return { id, target, ...value }
    },
    async endSuppression(id) {
      const { target } = await amend<Suppression>('suppression', id, () => null)
      await told(target)
    },
    test: (name) => tryChannel(channels, name, now()),
    async retry(name) {
      const count = await revive(ledger, channels, name, now())
      await told('')
      return count
    },
  }
}

function viewOf({ id, target, value }: Entry<AlertEntry>, silences: readonly Entry<Silence>[]): AlertView {
  const { key, rule, title, severity, state, since, firedAt, resolvedAt, summary, action } = value
  const silence = silences.find((s) => matches(s.value.match, { target, rule, key }))
  return {
    ...{ id, target, key, rule, title, severity, state, since },
    ...(firedAt === undefined ? {} : { firedAt }),
    ...(resolvedAt === undefined ? {} : { resolvedAt }),
    ...(value.acknowledged ? { acknowledgedBy: value.acknowledged.by } : {}),
    ...(silence ? { silenced: silence.value.reason } : {}),
    ...{ summary, action },
  }
}

const STATES: Record<AlertState, number> = { firing: 0, pending: 1, resolved: 2 }
const SEVERITIES: Record<Severity, number> = { critical: 0, warning: 1, info: 2 }
const byUrgency = (a: AlertView, b: AlertView): number =>
  STATES[a.state] - STATES[b.state] ||
  (a.state === 'resolved' ? 0 : SEVERITIES[a.severity] - SEVERITIES[b.severity]) ||
  (b.resolvedAt ?? b.since) - (a.resolvedAt ?? a.since) ||
  (a.id < b.id ? -1 : 1)

/** Refuses a silence that fits nothing, or everything by mistake. */
function checked({ target, rule, key }: Match): Match {
  if (target === undefined && rule === undefined && key === undefined)
    throw new AppError('bad-request', 'a silence names a target, a rule or a key; "*" stands for any text')
  const names = databaseAlertRules.map((r) => r.name)
  if (rule !== undefined && !rule.includes('*') && !names.includes(rule)) {
    const close = nearest(rule, names)
    const hint = close === undefined ? '' : `, did you mean "${close}"?`
    throw new AppError('bad-request', `there is no alert rule "${rule}"${hint}`)
  }
  return {
    ...(target === undefined ? {} : { target }),
    ...(rule === undefined ? {} : { rule }),
    ...(key === undefined ? {} : { key }),
  }
}
