import { formatCount, formatSeconds } from './format.ts'

/** Something that keeps VACUUM from removing rows that died since it began. */
export interface Holder {
  readonly kind: 'session' | 'prepared transaction' | 'slot' | 'standby' | 'process'
  /** As a sentence names it: `the slot cdc`. */
  readonly holder: string
  /** Transactions since the oldest that it still needs. */
  readonly age: number
  /** How long it has held it, where that is known. */
  readonly seconds: number | null
}

/** Younger transactions end by themselves before a VACUUM would be done. Seconds. */
const SHORT = 300
/** Transactions that a slot, standby or process may be behind before it matters. */
const MANY = 10_000

/** Whether somebody should look at it, or it will let go by itself. */
export const matters = (h: Holder): boolean =>
  h.seconds === null ? h.age > MANY : h.seconds > SHORT && h.age > 0

/** The holder in words, with how long or how far back it holds. */
export const nameHolder = (h: Holder): string =>
  `${h.holder}, ${h.seconds === null ? `${formatCount(h.age)} transactions back` : `for ${formatSeconds(h.seconds)}`}`
