import { createHash, randomUUID } from 'node:crypto'
import type { Alert, NoticeKind } from '../core/alert.ts'
import type { Change } from '../core/ledger.ts'
import type { Letter, Message, Notice } from '../core/notice.ts'

/** The id of an alert: short, stable, fit for an address. */
export const alertId = (target: string, key: string): string =>
  createHash('sha256')
    .update(JSON.stringify([target, key]))
    .digest('hex')
    .slice(0, 12)

/** Something that a channel is to be told. */
export interface Due {
  readonly channel: string
  readonly kind: NoticeKind
  readonly alert: Alert
}

/** One letter for each channel with all that it is told of a target at once, as changes of the ledger. */
export function letters(target: Message['target'], due: readonly Due[], now: number): Change<Letter>[] {
  const byChannel = Map.groupBy(due, (d) => d.channel)
  return [...byChannel].map(([channel, those]) => {
    const id = randomUUID()
    const notices = those.map((d) => noticeOf(target.id, d, now))
    const message: Message = { id, at: now, target: { id: target.id, name: target.name }, notices }
    const value: Letter = { type: 'letter', channel, message, state: 'waiting', attempts: 0, due: now }
    return { kind: 'outbox', id, target: target.id, at: now, version: 0, value }
  })
}

function noticeOf(target: string, { kind, alert }: Due, now: number): Notice {
  const { key, rule, title, severity, state, summary, action, since, resolvedAt = null } = alert
  const id = alertId(target, key)
  const incident = `${id}-${since.toString(36)}`
  // Firing and resolved happen once in an incident, the others may come again.
  const once = kind === 'firing' || kind === 'resolved'
  return {
    id: once ? `${incident}-${kind}` : `${incident}-${kind}-${now.toString(36)}`,
    ...{ kind, alert: id, incident, key, rule, title, severity, state, summary, action, since, resolvedAt },
  }
}
