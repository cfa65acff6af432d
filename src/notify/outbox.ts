import pLimit from 'p-limit'
import type { Change, Entry, Ledger } from '../core/ledger.ts'
import type { Channel, Delivery, Letter } from '../core/notice.ts'
import { Undelivered } from './http.ts'

/** Attempts until a letter is given up: with the pauses below about twelve hours. */
const ATTEMPTS = 55
const FIRST_PAUSE = 5_000
const LONGEST_PAUSE = 15 * 60_000
/** A claim that is older belongs to a process that died. Longer than any attempt may take. */
const LEASE = 60_000
/** How often letters of other processes and claims that ran out are looked for. */
const LOOK = 5_000
/** Letters that were given up are kept so long. */
const KEEP_DEAD = 30 * 86_400_000
const MOST = 10_000

export interface Outbox {
  /** There are new letters. */
  wake(): void
  /** Ends after the attempts that are under way. */
  stop(): Promise<void>
}

export interface OutboxOptions {
  readonly ledger: Ledger
  readonly channels: readonly Channel[]
  /** Unique for this process. */
  readonly owner: string
  readonly onError: (error: Error) => void
  /** For tests: milliseconds. */
  readonly timing?: {
    readonly lease?: number
    readonly look?: number
    readonly pause?: number
    readonly attempts?: number
  }
}

type Item = Entry<Letter | Delivery>
type Mail = Entry<Letter>

/**
 * Delivers the letters of the ledger, those of one channel one after the other and in order. A letter is claimed
 * before it is sent and removed when the receiver has taken it: of several processes one sends it, and one that dies
 * between the two leaves a claim that runs out, after which it is sent again with the same id.
 */
export function startOutbox(options: OutboxOptions): Outbox {
  const { ledger, owner, onError, timing = {} } = options
  const { lease = LEASE, look = LOOK, pause = FIRST_PAUSE, attempts = ATTEMPTS } = timing
  // A channel that hangs must not hold up the others.
  const lines = options.channels.map((channel) => ({ channel, one: pLimit(1) }))
  let stopped = false
  let failing = false

  /** Sends what waits for a channel until one can't be sent now. */
  const deliver = async (channel: Channel): Promise<void> => {
    const items = await ledger.list<Letter | Delivery>('outbox', { limit: MOST })
    await prune(items)
    // Oldest first: that something began is told before that it is over.
    for (const mail of queueOf(channel.name, items)) {
      if (stopped) return
      const now = Date.now()
      const { state, due, lease: held } = mail.value
      if (state === 'waiting' ? due > now : (held?.until ?? 0) > now) return
      // Whoever had claimed it died between beginning to send and noting how that went.
      const message = state === 'sending' ? { ...mail.value.message, repeat: true } : mail.value.message
      const claim: Letter = {
        ...mail.value,
        ...{
          message,
          state: 'sending',
          attempts: mail.value.attempts + 1,
          lease: { owner, until: now + lease },
        },
      }
      if (!(await ledger.write([change(mail, claim)]))) return
      const claimed: Mail = { ...mail, version: mail.version + 1, value: claim }
      const sent = await attempt(channel, claimed)
      if (!sent) return
    }
  }

  const attempt = async (channel: Channel, mail: Mail): Promise<boolean> => {
    try {
      await channel.send(mail.value.message)
    } catch (error) {
      await settle(channel.name, change(mail, failed(mail.value, error)), { lastError: reasonOf(error) })
      return false
    }
    return settle(channel.name, change(mail, null), { lastSentAt: Date.now() })
  }

  const failed = (letter: Letter, error: unknown): Letter => {
    const { lease: _, ...rest } = letter
    const wait = Math.min(LONGEST_PAUSE, pause * 2 ** Math.min(20, letter.attempts - 1))
    const asked = error instanceof Undelivered ? (error.retryAfter ?? 0) : 0
    const state = letter.attempts >= attempts ? 'dead' : 'waiting'
    return { ...rest, state, due: Date.now() + Math.max(wait, asked), error: reasonOf(error) }
  }

  /** Writes what became of a letter together with how the channel fares. False when the claim had run out meanwhile. */
  const settle = async (channel: string, outcome: Change, news: Partial<Delivery>): Promise<boolean> => {
    const id = `delivery/${channel}`
    for (let round = 0; round < 3; round++) {
      const known = await ledger.get<Delivery>('outbox', id)
      const { lastError: _, ...rest } = known?.value ?? {}
      const value: Delivery = { ...rest, type: 'delivery', channel, ...news }
      const version = known?.version ?? 0
      const status: Change = { kind: 'outbox', id, target: '', at: 0, version, value }
      if (await ledger.write([outcome, status])) return true
    }
    return ledger.write([outcome])
  }

  const prune = async (items: readonly Item[]): Promise<void> => {
    const old = items
      .filter(isMail)
      .filter((m) => m.at < Date.now() - KEEP_DEAD && m.value.state !== 'sending')
    if (old.length > 0) await ledger.write(old.map((m) => change(m, null)))
  }

  const round = async (channel: Channel): Promise<void> => {
    if (stopped) return
    try {
      await deliver(channel)
      failing = false
    } catch (error) {
      if (!failing) onError(error as Error)
      failing = true
    }
  }
  const wake = (): void => {
    for (const { channel, one } of lines) {
      // One round under way and one to come are enough.
      if (one.pendingCount === 0) void one(() => round(channel))
    }
  }
  const timer = setInterval(wake, look)
  timer.unref()
  wake()

  return {
    wake,
    async stop() {
      stopped = true
      clearInterval(timer)
      await Promise.all(lines.map(({ one }) => one(() => undefined)))
    },
  }
}

const isMail = (item: Item): item is Mail => item.value.type === 'letter'

/** The letters of a channel that aren't given up, oldest first. */
const queueOf = (channel: string, items: readonly Item[]): Mail[] =>
  items
    .filter(isMail)
    .filter((m) => m.value.channel === channel && m.value.state !== 'dead')
    .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))

const change = ({ kind, id, target, at, version }: Mail, value: Letter | null): Change => ({
  ...{ kind, id, target, at, version, value },
})

const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, 300)
