import { randomUUID } from 'node:crypto'
import type { Recipient } from '../core/alert.ts'
import { AppError } from '../core/errors.ts'
import type { Ledger } from '../core/ledger.ts'
import { nearest } from '../core/nearest.ts'
import type { Channel, Delivery, Letter } from '../core/notice.ts'
import type { Severity } from '../core/rule.ts'

const MOST = 10_000

/** A channel and how it fares; nothing of its address. */
export interface ChannelView {
  readonly name: string
  readonly kind: string
  readonly least: Severity
  /** Names of the targets it is told of; absent: all. */
  readonly targets?: readonly string[]
  /** Epoch milliseconds. */
  readonly lastSentAt?: number
  readonly lastError?: string
  /** Letters that are on their way, and those that were given up. */
  readonly waiting: number
  readonly dead: number
}

export async function channelViews(
  ledger: Ledger,
  channels: readonly Channel[],
  recipients: readonly Recipient[],
): Promise<readonly ChannelView[]> {
  const entries = await ledger.list<Letter | Delivery>('outbox', { limit: MOST })
  return channels.map(({ name, kind }) => {
    const own = entries.map((e) => e.value).filter((v) => v.channel === name)
    const letters = own.filter((v) => v.type === 'letter')
    const delivery = own.find((v) => v.type === 'delivery')
    const { least = 'warning', targets } = recipients.find((r) => r.name === name) ?? {}
    const dead = letters.filter((l) => l.state === 'dead').length
    return {
      ...{ name, kind, least },
      ...(targets ? { targets } : {}),
      ...(delivery?.lastSentAt === undefined ? {} : { lastSentAt: delivery.lastSentAt }),
      ...(delivery?.lastError === undefined ? {} : { lastError: delivery.lastError }),
      ...{ waiting: letters.length - dead, dead },
    }
  })
}

/** One attempt, at once. Throws AppError `unknown-channel`, `channel-failed`. */
export async function tryChannel(channels: readonly Channel[], name: string, now: number): Promise<void> {
  const channel = named(channels, name)
  try {
    const target = { id: 'test', name: 'pgtend' }
    await channel.send({ id: randomUUID(), at: now, target, notices: [], test: true })
  } catch (error) {
    throw new AppError('channel-failed', `${name}: ${(error as Error).message}`, { cause: error })
  }
}

/** Puts letters that were given up back into the line; how many. Throws AppError `unknown-channel`. */
export async function revive(
  ledger: Ledger,
  channels: readonly Channel[],
  name: string,
  now: number,
): Promise<number> {
  named(channels, name)
  const entries = await ledger.list<Letter | Delivery>('outbox', { limit: MOST })
  let revived = 0
  for (const { kind, id, target, at, version, value: letter } of entries) {
    if (letter.type !== 'letter' || letter.channel !== name || letter.state !== 'dead') continue
    const value: Letter = { ...letter, state: 'waiting', attempts: 0, due: now }
    if (await ledger.write([{ kind, id, target, at, version, value }])) revived++
  }
  return revived
}

function named(channels: readonly Channel[], name: string): Channel {
  const found = channels.find((c) => c.name === name)
  if (found) return found
  const names = channels.map((c) => c.name)
  const close = nearest(name, names)
  const known = names.length === 0 ? '; none is configured' : `; there are ${names.join(', ')}`
  throw new AppError(
    'unknown-channel',
    `"${name}"${close === undefined ? known : `, did you mean ${close}?`}`,
  )
}
