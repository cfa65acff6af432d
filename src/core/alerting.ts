import type { Alert, AlertRule, Condition, Look, Match, NoticeKind, Recipient, Told } from './alert.ts'
import type { Suppression } from './notice.ts'
import type { Severity } from './rule.ts'

const RANK: Record<Severity, number> = { info: 0, warning: 1, critical: 2 }
const worse = (a: Severity, b: Severity): boolean => RANK[a] > RANK[b]
const milder = (a: Severity, b: Severity): Severity => (RANK[a] < RANK[b] ? a : b)

/** How often a lasting alert's sentence and `seenAt` are renewed, milliseconds. */
const RENEW = 60_000

/**
 * The next state of every alert that changes; null forgets one that never fired. Pure: a look that was taken in
 * already changes nothing, and what isn't visible never ends.
 */
export function step(
  alerts: ReadonlyMap<string, Alert>,
  look: Look,
  rules: ReadonlyMap<string, AlertRule>,
): Map<string, Alert | null> {
  const changes = new Map<string, Alert | null>()
  const present = new Map(look.conditions.map((c) => [c.key, c]))
  for (const condition of present.values()) {
    const rule = rules.get(condition.rule)
    if (!rule) continue
    const alert = alerts.get(condition.key)
    const next = seen(alert, condition, rule, look)
    if (next !== alert) changes.set(condition.key, next)
  }
  for (const alert of alerts.values()) {
    if (present.has(alert.key) && rules.has(alert.rule)) continue
    const next = unseen(alert, rules.get(alert.rule), look)
    if (next !== alert) changes.set(alert.key, next)
  }
  return changes
}

function seen(alert: Alert | undefined, condition: Condition, rule: AlertRule, { now }: Look): Alert {
  const { key, severity, title, summary, action } = condition
  if (!alert || alert.state === 'resolved') {
    // The clock may have gone back: an incident must not bear the time of the one before it.
    const since = alert ? Math.max(now, alert.since + 1) : now
    const begun: Alert = {
      ...{ key, rule: rule.name, title, severity, summary, action },
      ...{ state: 'pending', since, seenAt: now, told: {} },
    }
    return due(begun, condition, rule, now)
  }
  const { calmSince, ...rest } = alert
  const renewed = now - alert.seenAt >= RENEW || calmSince !== undefined
  const current = renewed ? { ...rest, title, summary, action, seenAt: Math.max(now, alert.seenAt) } : alert
  if (alert.state === 'pending') {
    const graded = severity === current.severity ? current : { ...current, severity, summary }
    return due(graded, condition, rule, now)
  }
  return graded(current, condition, rule, now)
}

/** Fires a pending alert whose time has come. */
function due(alert: Alert, condition: Condition, rule: AlertRule, now: number): Alert {
  if (condition.covered || now - alert.since < rule.for * 1000) return alert
  const { severity, summary, title, action } = condition
  return { ...alert, severity, summary, title, action, state: 'firing', firedAt: now, seenAt: now }
}

/** Follows the severity of a firing alert: up when it has lasted, down at once, to the milder one that lingers. */
function graded(alert: Alert, condition: Condition, rule: AlertRule, now: number): Alert {
  const { severity, summary } = condition
  if (!worse(severity, alert.severity)) {
    const { rising, ...rest } = alert
    const calmer = rising === undefined ? alert : rest
    return severity === alert.severity ? calmer : { ...calmer, severity, summary }
  }
  const rising = alert.rising?.severity === severity ? alert.rising : { severity, since: now }
  if (now - rising.since < rule.for * 1000)
    return alert.rising?.severity === severity ? alert : { ...alert, rising }
  const { rising: _, acknowledged: __, ...rest } = alert
  return { ...rest, severity, summary, seenAt: now }
}

/** What became of an alert whose condition was not among those seen. */
function unseen(alert: Alert, rule: AlertRule | undefined, look: Look): Alert | null {
  if (alert.state === 'resolved') return alert
  const { now } = look
  const suppression = look.suppressed.get(alert.key)
  if (suppression) return alert.state === 'pending' ? null : suppressedBy(alert, suppression, now)
  const blind = rule && (look.blind === 'all' || look.blind.has(rule.name))
  const lingers = rule && look.lingering.get(alert.key)
  if (blind || (lingers && alert.state === 'firing')) {
    if (alert.calmSince === undefined) return alert
    const { calmSince: _, ...rest } = alert
    return rest
  }
  if (alert.state === 'pending') return null
  if (alert.calmSince === undefined || now < alert.calmSince) return { ...alert, calmSince: now }
  if (now === alert.calmSince || now - alert.calmSince < (rule?.calm ?? 0) * 1000) return alert
  const { calmSince: _, rising: __, ...rest } = alert
  return { ...rest, state: 'resolved', resolvedAt: now }
}

/** Its end is no recovery: who heard that it began is told so. */
function suppressedBy(alert: Alert, { by, until, reason }: Suppression, now: number): Alert {
  const { calmSince: _, rising: __, ...rest } = alert
  const day = new Date(until).toISOString().slice(0, 10)
  const summary = `Suppressed by ${by} until ${day}, not fixed: ${reason}. ${alert.summary}`
  return { ...rest, state: 'resolved', resolvedAt: now, summary }
}

/**
 * Conditions with the severity that the clear thresholds still give to what fires: a critical alert becomes a
 * warning only when it is clearly below critical. What lingers below its fire threshold stays as it is.
 */
export function withLingering(
  conditions: readonly Condition[],
  lingering: Look['lingering'],
  alerts: ReadonlyMap<string, Alert>,
): readonly Condition[] {
  return conditions.map((condition) => {
    const alert = alerts.get(condition.key)
    const lingers = lingering.get(condition.key)
    if (alert?.state !== 'firing' || lingers === undefined) return condition
    const held = milder(lingers, alert.severity)
    return worse(held, condition.severity) ? { ...condition, severity: held } : condition
  })
}

/**
 * Who is to be told what of an alert now, and the alert as it is once they are told. Each channel hears of an
 * incident once, of each worsening once, of its end once if it heard of the beginning.
 */
export function notices(
  alert: Alert,
  recipients: readonly Recipient[],
  options: { readonly now: number; readonly silenced: boolean; readonly remind: number },
): { readonly alert: Alert; readonly notices: readonly { channel: string; kind: NoticeKind }[] } {
  const { now, silenced, remind } = options
  const found: { channel: string; kind: NoticeKind }[] = []
  if (alert.state === 'resolved') {
    // A silence keeps this one not: who heard that it began is told that it is over.
    const heard = Object.keys(alert.told)
    if (heard.length === 0) return { alert, notices: found }
    const known = recipients.filter((r) => heard.includes(r.name))
    for (const { name } of known) found.push({ channel: name, kind: 'resolved' })
    return { alert: { ...alert, told: {} }, notices: found }
  }
  if (alert.state !== 'firing' || silenced) return { alert, notices: found }
  const told: Record<string, Told> = { ...alert.told }
  for (const { name, least } of recipients) {
    const before = told[name]
    const kind = kindOf(alert, before, least, now, remind)
    if (!kind) continue
    const severity = before && worse(before.severity, alert.severity) ? before.severity : alert.severity
    told[name] = { severity, at: now }
    found.push({ channel: name, kind })
  }
  return { alert: found.length > 0 ? { ...alert, told } : alert, notices: found }
}

function kindOf(
  alert: Alert,
  before: Told | undefined,
  least: Severity,
  now: number,
  remind: number,
): NoticeKind | undefined {
  if (worse(least, alert.severity)) return undefined
  if (!before) return 'firing'
  if (worse(alert.severity, before.severity)) return 'escalated'
  const reminded = remind > 0 && !alert.acknowledged && now - before.at >= remind * 1000
  return reminded ? 'reminder' : undefined
}

/** Does a target, by id or name, concern a recipient? */
export const concerns = (recipient: Recipient, target: { readonly id: string; readonly name: string }) =>
  recipient.targets === undefined ||
  recipient.targets.includes(target.id) ||
  recipient.targets.includes(target.name)

/** Does a silence cover this alert? Every part that is given must fit. */
export function matches(match: Match, alert: { target: string; rule: string; key: string }): boolean {
  const parts = [match.target, match.rule, match.key]
  if (parts.every((p) => p === undefined)) return false
  return fits(match.target, alert.target) && fits(match.rule, alert.rule) && fits(match.key, alert.key)
}

/** Is this text of the pattern's form, in which `*` stands for any text? */
function fits(pattern: string | undefined, text: string): boolean {
  if (pattern === undefined) return true
  const [first = '', ...rest] = pattern.split('*')
  if (rest.length === 0) return text === first
  if (!text.startsWith(first)) return false
  const last = rest.pop() as string
  let from = first.length
  for (const part of rest) {
    const at = text.indexOf(part, from)
    if (at < 0) return false
    from = at + part.length
  }
  return text.length - last.length >= from && text.endsWith(last)
}
